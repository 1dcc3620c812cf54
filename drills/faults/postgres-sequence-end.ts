import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { furthest, letCountOn, sequences } from '../database-sequences.ts'

const sequence = 'orders.outbox_id_seq'
/** The largest number of an `integer`. */
const most = 2_147_483_647

/** A key that was given the range of a 32-bit integer years ago reaches its end: the next row cannot be numbered. */
export const postgresSequenceEnd = defineFault({
  id: 'postgres-sequence-end',
  title: 'A key runs out of numbers',
  effect: 'New rows of one table cannot be written any more',
  category: 'database',
  params: z.object({
    left: z.number().int().min(0).max(10_000).default(5).describe('Numbers that are left when the fault is injected'),
  }),
  plan: async () => ({ sequence }),
  async inject({ range }, { left }) {
    await range.database.query(`alter sequence ${sequence} maxvalue ${most} restart with ${most - left}`)
  },
  revert: async ({ range }, undo) => void (await letCountOn(range, undo.sequence)),
  observe: async ({ range }) => (await sequences(range)).some(({ name, most: end }) => name === sequence && end !== furthest),
})
