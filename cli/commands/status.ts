import { openLocalRange } from '../../control/wiring.ts'
import { command, type CommonOptions } from '../options.ts'
import { dim, green, megabytes, print, printJson, printTable, red } from '../output.ts'

export const statusCommand = () =>
  command('status', 'say how each component of the range is').action(async (options: CommonOptions) => {
    const status = await openLocalRange(options.dir).status(true)
    const healthy = status.every((component) => component.healthy)
    if (options.json) printJson(status)
    else {
      printTable(
        status.map((component) => ({
          component: component.name,
          state: component.state,
          healthy: component.healthy ? 'yes' : 'no',
          version: component.version ?? '',
          pid: component.pid,
          ports: Object.values(component.ports).join(' '),
          memory: megabytes(component.memoryBytes),
          detail: component.detail ?? '',
        })),
      )
      const total = status.reduce((sum, component) => sum + (component.memoryBytes ?? 0), 0)
      print(`${healthy ? green('all healthy') : red('not healthy')} ${dim(`${megabytes(total)} in all`)}`)
    }
    process.exitCode = healthy ? 0 : 1
  })
