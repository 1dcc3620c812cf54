import { Command } from 'commander'
import { apiClient } from '../client.ts'
import { command, keyValue, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'

interface ListedAction {
  id: string
  title: string
  kind: string
  params: { properties?: Record<string, unknown> }
}

export function actionCommand(): Command {
  return new Command('action')
    .addCommand(
      command('list', 'list the actions').action(async (options: CommonOptions) => {
        const { actions } = await apiClient(openState(options), 'trainee').get<{ actions: ListedAction[] }>('/api/actions')
        if (options.json) return printJson(actions)
        printTable(
          actions.map(({ id, kind, title, params }) => ({ id, kind, title, params: Object.keys(params.properties ?? {}).join(' ') })),
        )
      }),
    )
    .addCommand(
      command('run', 'run an action')
        .argument('<id>', `id of the action ('firedrill action list' lists them)`)
        .option('--param <name=value>', 'a parameter; repeatable', keyValue, {})
        .action(async (id: string, options: CommonOptions & { param: Record<string, unknown> }) => {
          const result = await apiClient(openState(options), 'trainee').post<{ summary: string; rows?: Record<string, unknown>[] }>(
            `/api/actions/${encodeURIComponent(id)}`,
            { params: options.param },
          )
          if (options.json) return printJson(result)
          print(result.summary)
          if (result.rows?.length) printTable(result.rows)
        }),
    )
}
