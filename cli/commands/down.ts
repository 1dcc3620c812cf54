import { deployedCluster } from '../../range/context.ts'
import { openLocalRange } from '../../control/wiring.ts'
import { sweepShells } from '../../shell/prepare.ts'
import { command, openState, rangeExists, type CommonOptions } from '../options.ts'
import { dim, print, printJson } from '../output.ts'

export const downCommand = () =>
  command('down')
    .option('--purge', 'delete its data, logs and settings as well', false)
    .action(async (options: CommonOptions & { purge: boolean }) => {
      if (!rangeExists(options)) {
        if (options.json) printJson({ ok: true, stopped: [] })
        else print(dim(`there is no range in ${options.dir}`))
        return
      }
      openState(options).config()
      const target = openLocalRange(options.dir)
      const stopped: string[] = []
      await target.stopAll((name) => {
        stopped.push(name)
        if (!options.json) print(`stopped ${name}`)
      })
      sweepShells(options.dir)
      const cluster = deployedCluster(target.context.config.placement)
      // What was deployed to a cluster is deleted there, with its data.
      if (cluster) {
        const { removeShop } = await import('../../range/targets/kubernetes/deploy.ts')
        await removeShop(cluster)
        stopped.push('the shop in the cluster')
        if (!options.json) print('removed the shop from the cluster')
      }
      if (options.purge) target.purge()
      if (options.json) printJson({ ok: true, stopped })
    })
