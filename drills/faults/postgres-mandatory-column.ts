import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

/** The columns that the next release of each service would write; the running one does not know them. */
const columns = {
  'orders.orders': { name: 'channel', rest: 'web' },
  'payments.charges': { name: 'currency', rest: 'EUR' },
  'inventory.reservations': { name: 'picking_zone', rest: 'main' },
} as const
const table = z.enum(Object.keys(columns) as [keyof typeof columns, ...(keyof typeof columns)[]]).describe('Table that gets the column')

/** A migration that ran before its release: existing rows have a value, and every new row has to give one. */
export const postgresMandatoryColumn = defineFault({
  id: 'postgres-mandatory-column',
  title: 'A column that nobody fills yet',
  effect: 'No row can be added to one table, because a new column has no default',
  category: 'database',
  params: z.object({ table }),
  plan: async (_context, params) => ({ table: params.table }),
  async inject({ range }, params) {
    const { name, rest } = columns[params.table]
    await range.database.query(`alter table ${params.table} add column if not exists ${name} text not null default '${rest}'`)
    await range.database.query(`alter table ${params.table} alter column ${name} drop default`)
  },
  async revert({ range }, undo) {
    const known = table.parse(undo.table)
    await range.database.query(`alter table ${known} drop column if exists ${columns[known].name}`)
  },
  observe: ({ range }, params) => isThere(range, params.table),
})

async function isThere(range: Range, known: keyof typeof columns): Promise<boolean> {
  const rows = await range.database.query(
    'select 1 from pg_attribute where attrelid = $1::regclass and attname = $2 and attnotnull and not atthasdef and not attisdropped',
    [known, columns[known].name],
  )
  return rows.length > 0
}
