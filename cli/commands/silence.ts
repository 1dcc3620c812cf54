import { Command, InvalidArgumentError } from 'commander'
import { parseDurationMs } from '../../model/duration.ts'
import { FiredrillError } from '../../model/errors.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'

interface Matcher {
  name: string
  value: string
  isRegex: boolean
  isEqual: boolean
}

/** `name=value`, `name!=value`, `name=~value` or `name!~value`, as in amtool. */
function matcher(text: string, before: Matcher[] = []): Matcher[] {
  const match = /^(\w+)(=~|!~|!=|=)"?(.*?)"?$/.exec(text)
  if (!match) throw new InvalidArgumentError('write it as alertname=Name or service=~"a|b"')
  const [, name = '', operator = '=', value = ''] = match
  return [...before, { name, value, isRegex: operator.endsWith('~'), isEqual: !operator.startsWith('!') }]
}

const symbol = ({ isEqual, isRegex }: Matcher) => (isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=')

export function silenceCommand(): Command {
  return new Command('silence')
    .addCommand(
      command('add', 'add a silence')
        .requiredOption('--match <name=value>', 'which alerts; repeatable', matcher)
        .option('--for <duration>', 'for how long, such as 30m or 2h', '30m')
        .requiredOption('--comment <text>', 'why')
        .action(async (options: CommonOptions & { match: Matcher[]; for: string; comment: string }) => {
          const answer = await apiClient(openState(options), 'trainee').post('/api/silences', {
            body: {
              matchers: options.match,
              durationMs: parseDurationMs(options.for),
              comment: options.comment,
            },
          })
          if (options.json) return printJson(answer)
          print(`silence ${answer.silenceID}`)
        }),
    )
    .addCommand(
      command('list', 'list the silences').action(async (options: CommonOptions) => {
        const silences = await apiClient(openState(options), 'trainee').get('/api/silences')
        if (options.json) return printJson(silences)
        printTable(
          silences.map(({ id, status, matchers, endsAt, comment }) => ({
            id,
            state: status.state,
            matchers: matchers.map((one) => `${one.name}${symbol(one)}${one.value}`).join(' '),
            until: endsAt,
            comment,
          })),
          ['id', 'state', 'matchers', 'until', 'comment'],
        )
      }),
    )
    .addCommand(
      command('expire', 'end a silence')
        .argument('<id>', 'which one')
        .action(async (id: string, options: CommonOptions) => {
          if (!/^[0-9a-f-]{36}$/.test(id))
            throw new FiredrillError('bad-request', `'${id}' is not the id of a silence: 'firedrill silence list' lists them`)
          await apiClient(openState(options), 'trainee').delete('/api/silences/:id', { id })
          if (options.json) printJson({ ok: true })
          else print('expired')
        }),
    )
}
