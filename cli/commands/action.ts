import { Command } from 'commander'
import { FiredrillError } from '../../model/errors.ts'
import { apiClient } from '../../control/client.ts'
import { command, keyValue, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'
import { paramNames, printParams } from '../params.ts'

const listedActions = async (options: CommonOptions) => (await apiClient(openState(options), 'trainee').get('/api/actions')).actions

export function actionCommand(): Command {
  return new Command('action')
    .addCommand(
      command('list', 'list the actions').action(async (options: CommonOptions) => {
        const actions = await listedActions(options)
        if (options.json) return printJson(actions)
        printTable(actions.map(({ id, kind, title, params }) => ({ id, kind, title, params: paramNames(params) })))
      }),
    )
    .addCommand(
      command('describe', 'say what an action does, and print each of its parameters')
        .argument('<id>', `id of the action ('firedrill action list' lists them)`)
        .action(async (id: string, options: CommonOptions) => {
          const action = (await listedActions(options)).find((listed) => listed.id === id)
          if (!action) throw new FiredrillError('not-found', `there is no action '${id}': 'firedrill action list' lists them`)
          if (options.json) return printJson(action)
          print(`${action.title}. ${action.description}`)
          if (action.caution) print(`Caution: ${action.caution}`)
          print()
          printParams(action.params)
        }),
    )
    .addCommand(
      command('run', 'run an action')
        .argument('<id>', `id of the action ('firedrill action list' lists them)`)
        .option('--param <name=value>', 'a parameter; repeatable', keyValue, {})
        .action(async (id: string, options: CommonOptions & { param: Record<string, unknown> }) => {
          const result = await apiClient(openState(options), 'trainee').post('/api/actions/:id', { id, body: { params: options.param } })
          if (options.json) return printJson(result)
          print(result.summary)
          if (result.rows?.length) printTable(result.rows)
        }),
    )
}
