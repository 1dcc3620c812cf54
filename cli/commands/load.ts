import { Command } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import type { LoadStatus } from '../../model/range.ts'
import { apiClient } from '../../control/client.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { printJson, printTable } from '../output.ts'

const show = (options: CommonOptions, load: LoadStatus) => {
  if (options.json) return printJson(load)
  printTable([{ ...load, rps: Math.round(load.rps), failRatio: load.failRatio.toFixed(3) }])
}

export function loadCommand(): Command {
  return new Command('load')
    .addCommand(
      command('set', 'set how many users there are, and which traffic comes on top')
        .option('--users <n>', 'how many', integer)
        .option('--rate <n>', 'page views a second on top of the users, at an even rate whatever the shop does', integer)
        .action(async (options: CommonOptions & { users?: number; rate?: number }) => {
          const { users, rate } = options
          if (users === undefined && rate === undefined) throw new FiredrillError('bad-request', 'give --users N, --rate N, or both')
          const client = apiClient(openState(options), 'instructor')
          if (rate !== undefined) await client.put('/api/load/mix', { body: { ...(await client.get('/api/load/mix')), rate } })
          if (users !== undefined) await client.put('/api/load', { body: { users } })
          show(options, await client.get('/api/load'))
        }),
    )
    .addCommand(
      command('status', 'show how many users there are and how they are served').action(async (options: CommonOptions) =>
        show(options, await apiClient(openState(options), 'trainee').get('/api/load')),
      ),
    )
}
