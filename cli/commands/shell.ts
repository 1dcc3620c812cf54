import { Option } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import { apiClient } from '../../control/client.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { dim, print, printJson } from '../output.ts'
import { attach } from '../terminal.ts'

interface ShellOptions extends CommonOptions {
  list: boolean
  record: boolean
  command?: string
  timeout: number
}
export const shellCommand = () =>
  command('shell')
    .argument('[id]', 'id of a terminal that is open already (--list shows it)')
    .option('--list', 'list the terminals that are open', false)
    .option('--no-record', 'do not keep the output for the debrief')
    .option('-c, --command <command>', 'run one command in the same jail, print its output, and exit with its status')
    .addOption(new Option('--timeout <seconds>', 'for --command: stop the command after this time').argParser(integer).default(30))
    .action(async (id: string | undefined, options: ShellOptions) => {
      const state = openState(options)
      const api = apiClient(state, 'trainee', 150_000)
      if (options.list) {
        const { shells } = await api.get('/api/shells')
        if (options.json) return printJson({ shells })
        if (shells.length === 0) print('no terminal is open')
        for (const shell of shells)
          print(
            `${shell.id}  ${shell.owner}  ${dim(`open since ${new Date(shell.openedAt).toISOString()}, shown ${shell.watchers} times`)}`,
          )
        return
      }
      if (options.command !== undefined) {
        const ran = await api.post('/api/shells/commands', { body: { command: options.command, timeoutSeconds: options.timeout } })
        if (options.json) printJson(ran)
        else process.stdout.write(ran.output)
        process.exitCode = ran.status
        return
      }
      const { stdin, stdout } = process
      if (!stdin.isTTY || !stdout.isTTY)
        throw new FiredrillError(
          'bad-request',
          `input or output is not a terminal: run one command with 'firedrill shell --command COMMAND'`,
        )
      const own = id ?? (await api.post('/api/shells', { body: { cols: stdout.columns, rows: stdout.rows, record: options.record } })).id
      const { portBase, tokens } = state.config()
      const why = await attach({ url: `ws://127.0.0.1:${portBase}/api/shells/${own}/socket`, token: tokens.trainee }, { stdin, stdout })
      print(
        why === null
          ? `\r\nThe terminal is still open: 'firedrill shell ${own}' returns to it.`
          : `\r\n${dim(`The terminal ended: ${why}.`)}`,
      )
    })
