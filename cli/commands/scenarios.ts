import { FiredrillError } from '../../model/errors.ts'
import { formatDurationMs } from '../../model/duration.ts'
import { apiClient } from '../../control/client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { printJson, printTable } from '../output.ts'

export const scenariosCommand = () =>
  command('scenarios').action(async (options: CommonOptions) => {
    const { scenarios, closed, counts } = await apiClient(openState(options), 'trainee').get('/api/scenarios')
    if (closed) throw new FiredrillError('wrong-state', 'a blind drill is running: the list of scenarios can be read when it is over')
    if (options.json) return printJson({ scenarios, counts })
    printTable(
      scenarios.map(({ id, title, difficulty, parMs, best, playable }) => ({
        id,
        title,
        difficulty,
        par: formatDurationMs(parMs),
        best: best?.score ?? '',
        here: playable ? '' : 'cannot be played on this range',
      })),
    )
  })
