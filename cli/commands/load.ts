import { Command } from 'commander'
import type { LoadStatus } from '../../model/range.ts'
import { apiClient } from '../client.ts'
import { command, integer, openState, type CommonOptions } from '../options.ts'
import { printJson, printTable } from '../output.ts'

const show = (options: CommonOptions, load: LoadStatus) => {
  if (options.json) return printJson(load)
  printTable([{ ...load, rps: Math.round(load.rps), failRatio: load.failRatio.toFixed(3) }])
}

export function loadCommand(): Command {
  return new Command('load')
    .description('steer the simulated users')
    .addCommand(
      command('set', 'set how many there are')
        .requiredOption('--users <n>', 'how many', integer)
        .action(async (options: CommonOptions & { users: number }) =>
          show(options, await apiClient(openState(options), 'instructor').put('/api/load', { users: options.users })),
        ),
    )
    .addCommand(
      command('status', 'say how many there are and how they fare').action(async (options: CommonOptions) =>
        show(options, await apiClient(openState(options), 'trainee').get('/api/load')),
      ),
    )
}
