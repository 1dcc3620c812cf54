import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Command } from 'commander'
import { projectRoot } from '../../control/wiring.ts'
import { FiredrillError } from '../../model/errors.ts'
import { command, type CommonOptions } from '../options.ts'
import { print, printJson } from '../output.ts'

export function kubernetesCommand(): Command {
  return new Command('kubernetes')
    .description("the shop's manifests for a cluster; 'firedrill up --target kubernetes' puts them into one")
    .addCommand(
      command('manifests', 'write deploy/kubernetes from the topology')
        .option('--check', 'write nothing; fail where what is there differs', false)
        .option('--out <folder>', 'another folder', path.join(projectRoot, 'deploy', 'kubernetes'))
        .action(async (options: CommonOptions & { check: boolean; out: string }) => {
          const { generatedManifests } = await import('../../range/targets/kubernetes/deploy.ts')
          const files = generatedManifests(projectRoot)
          const there = existsSync(options.out) ? globSync('**/*.yaml', { cwd: options.out }) : []
          const read = (file: string) => (there.includes(file) ? readFileSync(path.join(options.out, file), 'utf8') : null)
          const changed = [...Object.keys(files).filter((file) => read(file) !== files[file]), ...there.filter((file) => !(file in files))]
          if (options.check && changed.length > 0)
            throw new FiredrillError('conflict', `not as generated: ${changed.join(', ')}; run 'firedrill kubernetes manifests'`)
          for (const file of changed) {
            const target = path.join(options.out, file)
            const content = files[file]
            if (content === undefined) rmSync(target)
            else {
              mkdirSync(path.dirname(target), { recursive: true })
              writeFileSync(target, content)
            }
          }
          if (options.json) printJson({ files: Object.keys(files).length, changed })
          else print(`${Object.keys(files).length} files, ${changed.length} changed`)
        }),
    )
}
