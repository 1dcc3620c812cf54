import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../model/errors.ts'
import { command, type CommonOptions } from './options.ts'
import { print, printJson } from './output.ts'

interface Generated {
  name: string
  /** For subcommands, because top-level commands are summarised in the list of commands. */
  description?: string
  /** The command line, for messages. */
  typed: string
  folder: string
  /** Files that may exist: others that match and are no longer generated are deleted. */
  pattern: string
  files(): Promise<Record<string, string>>
}

/** A command that writes a folder of generated files, or checks whether it is current. */
export const generatedCommand = ({ name, description, typed, folder, pattern, files: make }: Generated) =>
  command(name, description)
    .option('--check', 'write nothing; fail if the files there differ', false)
    .option('--out <folder>', 'another folder', folder)
    .action(async (options: CommonOptions & { check: boolean; out: string }) => {
      const files = await make()
      const there = existsSync(options.out) ? globSync(pattern, { cwd: options.out }) : []
      const read = (file: string) => (there.includes(file) ? readFileSync(path.join(options.out, file), 'utf8') : null)
      const changed = [...Object.keys(files).filter((file) => read(file) !== files[file]), ...there.filter((file) => !(file in files))]
      if (options.check && changed.length > 0)
        throw new FiredrillError('conflict', `not as generated: ${changed.join(', ')}; run '${typed}'`)
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
    })
