import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { checkConstraint, replaceCheck } from '../database-checks.ts'

const name = 'orders_state_check'
const table = 'orders.orders'
/** The next release calls it shipped. Existing rows were not validated: none of them has the new word. */
const renamed = `check (state in ('pending', 'confirmed', 'declined', 'sold-out', 'failed', 'shipped')) not valid`

/** A constraint was rewritten for a future release, and refuses the word that the current release writes. */
export const postgresStateCheck = defineFault({
  id: 'postgres-state-check',
  title: 'A constraint that refuses a state of orders',
  effect: 'Orders are shipped, and the shop cannot write down that they are',
  category: 'database',
  params: z.object({}),
  plan: async () => ({}),
  inject: ({ range }) => replaceCheck(range, table, name, renamed),
  revert: ({ range }) => replaceCheck(range, table, name, checkConstraint(table, name)),
  observe: ({ range }) => definition(range),
})

async function definition(range: Range): Promise<string | null> {
  const rows = await range.database.query<{ definition: string }>(
    'select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::regclass and conname = $2',
    [table, name],
  )
  return rows[0]?.definition ?? null
}
