import { Option } from 'commander'
import { browse } from '../browser.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { print, printJson } from '../output.ts'

export const openCommand = () =>
  command('open')
    .addOption(new Option('--as <role>', 'who to log in as').choices(['trainee', 'instructor']).default('trainee'))
    .action((options: CommonOptions & { as: 'trainee' | 'instructor' }) => {
      const state = openState(options)
      const { portBase, tokens, console: where } = state.config()
      const url = `http://${where.names[0] ?? '127.0.0.1'}:${portBase}/login#token=${tokens[options.as]}`
      if (options.json) printJson({ url })
      else print(url)
      if (process.stdout.isTTY && (process.env['DISPLAY'] || process.platform === 'darwin')) browse(url, state.dir)
    })
