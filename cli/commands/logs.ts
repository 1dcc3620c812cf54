import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { componentName } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { logFile } from '../../range/context.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { print, printJson } from '../output.ts'

export const logsCommand = () =>
  command('logs')
    .argument('<component>', 'name of the component')
    .option('-n, --lines <n>', 'how many', integer, 50)
    .action((name: string, options: CommonOptions & { lines: number }) => {
      const component = componentName.safeParse(name)
      if (!component.success)
        throw new FiredrillError('not-found', `there is no component '${name}': choose ${componentName.options.join(', ')}`)
      const state = openState(options)
      // Throws if there is no range.
      state.config()
      const file = logFile(state, component.data)
      const lines = existsSync(file) ? lastLines(file, options.lines) : []
      if (options.json) printJson({ component: component.data, file, lines })
      else for (const line of lines) print(line)
    })

/** The last lines of a file, read from its end: a log may have grown for days. */
export function lastLines(file: string, count: number, blockBytes = 64 * 1024): string[] {
  const handle = openSync(file, 'r')
  try {
    let start = fstatSync(handle).size
    let tail = Buffer.alloc(0)
    // The last line ends with a newline, so one newline more is needed for a complete first line.
    while (start > 0 && newlines(tail) <= count) {
      const block = Buffer.alloc(Math.min(blockBytes, start))
      start -= block.length
      readSync(handle, block, 0, block.length, start)
      tail = Buffer.concat([block, tail])
    }
    const text = tail.toString('utf8').trimEnd()
    return count === 0 || text === '' ? [] : text.split('\n').slice(-count)
  } finally {
    closeSync(handle)
  }
}

function newlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++
  return count
}
