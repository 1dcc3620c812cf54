import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { isWrong, offsetInWords } from '../clocks.ts'

export const listClocks = defineAction({
  id: 'list-clocks',
  title: 'List clocks',
  description:
    'What each service says that the time is, in the `Date` header of its answer, compared with the clock of the host. `curl -sI`',
  kind: 'inspect',
  needs: ['clocks'],
  params: z.object({}),
  async run({ range }) {
    const readings = await range.processes.clocks()
    const wrong = readings.filter(isWrong)
    const now = Date.now()
    return {
      summary: wrong.length === 0 ? 'no clock is off' : `${wrong.map((clock) => `${clock.service} is ${offsetInWords(clock)}`).join(', ')}`,
      rows: readings.map((clock) => ({
        service: clock.service,
        says: clock.offsetSeconds === null ? '' : new Date(now + clock.offsetSeconds * 1_000).toISOString().slice(0, 19),
        host: new Date(now).toISOString().slice(0, 19),
        offset: offsetInWords(clock),
      })),
    }
  },
})
