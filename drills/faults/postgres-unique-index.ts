import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

/** Values that must be unique from now on. */
const rules = {
  customer: { table: 'orders.orders', index: 'one_welcome_gift', expression: 'customer' },
  'first-product': { table: 'orders.orders', index: 'one_of_a_kind', expression: `(items->0->>'sku')` },
  'reserved-product': { table: 'inventory.reservations', index: 'one_reservation', expression: 'sku' },
} as const
const rule = z.enum(Object.keys(rules) as [keyof typeof rules, ...(keyof typeof rules)[]]).describe('What may be there only once')
const schemaOf = (known: keyof typeof rules): string => rules[known].table.split('.')[0] ?? ''

/**
 * A campaign's rule as a unique index on the table of all orders, or of all reservations: the first order succeeds, and all others like it are
 * refused.
 */
export const postgresUniqueIndex = defineFault({
  id: 'postgres-unique-index',
  title: 'A unique index on orders',
  effect: 'The first order of its kind succeeds, and every further one fails',
  category: 'database',
  params: z.object({ rule }),
  async plan({ range }, params) {
    // Duplicate orders in the next moment would keep the index from being built.
    const rows = await range.database.query<{ since: Date | string }>(`select now() + interval '1 second' as since`)
    return { rule: params.rule, since: new Date(rows[0]?.since ?? Date.now()).toISOString() }
  },
  async inject({ range }, params, { since }) {
    const { table, index, expression } = rules[params.rule]
    await range.database.query(
      `create unique index if not exists ${index} on ${table} (${expression}) where created_at >= '${new Date(since).toISOString()}'`,
    )
  },
  async revert({ range }, undo) {
    const known = rule.parse(undo.rule)
    await range.database.query(`drop index if exists ${schemaOf(known)}.${rules[known].index}`)
  },
  observe: ({ range }, params) => isThere(range, params.rule),
})

async function isThere(range: Range, known: keyof typeof rules): Promise<boolean> {
  const rows = await range.database.query('select 1 from pg_indexes where schemaname = $1 and indexname = $2', [
    schemaOf(known),
    rules[known].index,
  ])
  return rows.length > 0
}
