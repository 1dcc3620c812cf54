import { existsSync, readFileSync } from 'node:fs'
import { componentName } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { logFile } from '../../range/context.ts'
import { openLocalRange } from '../../control/wiring.ts'
import { command, integer, type CommonOptions } from '../options.ts'
import { print, printJson } from '../output.ts'

export const logsCommand = () =>
  command('logs', 'print the last lines that a component wrote')
    .argument('<component>', 'name of the component')
    .option('-n, --lines <n>', 'how many', integer, 50)
    .action((name: string, options: CommonOptions & { lines: number }) => {
      const component = componentName.safeParse(name)
      if (!component.success)
        throw new FiredrillError('not-found', `there is no component '${name}': choose ${componentName.options.join(', ')}`)
      const { context } = openLocalRange(options.dir)
      const file = logFile(context, component.data)
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-options.lines) : []
      if (options.json) printJson({ component: component.data, file, lines })
      else for (const line of lines) print(line)
    })
