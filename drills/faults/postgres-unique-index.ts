import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

/** What may be there only once from now on. */
const rules = {
  customer: { index: 'one_welcome_gift', expression: 'customer' },
  'first-product': { index: 'one_of_a_kind', expression: `(items->0->>'sku')` },
} as const
const rule = z.enum(Object.keys(rules) as [keyof typeof rules, ...(keyof typeof rules)[]]).describe('What may be there only once')

/** A rule of a campaign as a unique index on the table of all orders: the first order passes, and all others like it are refused. */
export const postgresUniqueIndex = defineFault({
  id: 'postgres-unique-index',
  title: 'A unique index on orders',
  effect: 'The first order of its kind succeeds, and every further one fails',
  category: 'database',
  params: z.object({ rule }),
  async plan({ range }, params) {
    // Orders of the next moment may be alike, and would keep the index from being built.
    const rows = await range.database.query<{ since: Date | string }>(`select now() + interval '1 second' as since`)
    return { rule: params.rule, since: new Date(rows[0]?.since ?? Date.now()).toISOString() }
  },
  async inject({ range }, params, { since }) {
    const { index, expression } = rules[params.rule]
    await range.database.query(
      `create unique index if not exists ${index} on orders.orders (${expression}) where created_at >= '${new Date(since).toISOString()}'`,
    )
  },
  async revert({ range }, undo) {
    await range.database.query(`drop index if exists orders.${rules[rule.parse(undo.rule)].index}`)
  },
  observe: ({ range }, params) => isThere(range, params.rule),
})

async function isThere(range: Range, known: keyof typeof rules): Promise<boolean> {
  const rows = await range.database.query(`select 1 from pg_indexes where schemaname = 'orders' and indexname = $1`, [rules[known].index])
  return rows.length > 0
}
