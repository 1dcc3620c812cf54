import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { sequences } from '../database-sequences.ts'

export const listSequences = defineAction({
  id: 'list-sequences',
  title: 'List sequences',
  description: 'The counters behind the keys of the tables: how far they have counted, and how far they may.',
  kind: 'inspect',
  params: z.object({}),
  looksAt: () => ({ view: 'database', component: 'postgres', detail: 'the sequences of PostgreSQL' }),
  async run({ range }) {
    const rows = (await sequences(range)).map(({ name, last, most }) => ({
      name,
      last: last ?? '—',
      most,
      left: String(BigInt(most) - BigInt(last ?? 0)),
    }))
    return { summary: `${rows.length} sequences`, rows }
  },
})
