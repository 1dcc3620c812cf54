import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

/** Drops an index that a busy statement needs, like a migration that removes too much. */
export const postgresMissingIndex = defineFault({
  id: 'postgres-missing-index',
  title: 'A missing index',
  effect: 'A statement reads its whole table each time',
  category: 'database',
  params: z.object({
    index: z.enum(['catalog.products_category', 'orders.orders_confirmed', 'orders.orders_pending']).describe('Index that is dropped'),
  }),
  async plan({ range }, { index }) {
    const definition = await definitionOf(range, index)
    if (definition === null) throw new Error(`there is no index ${index}`)
    return { index, definition }
  },
  async inject({ range }, { index }) {
    await range.database.query(`drop index if exists ${index}`)
  },
  async revert({ range }, { index, definition }) {
    if ((await definitionOf(range, index)) === null) await range.database.query(definition)
  },
  observe: ({ range }, { index }) => definitionOf(range, index),
})

async function definitionOf(range: Range, index: string): Promise<string | null> {
  const [schema, name] = index.split('.')
  const rows = await range.database.query<{ indexdef: string }>(
    'select indexdef from pg_indexes where schemaname = $1 and indexname = $2',
    [schema, name],
  )
  return rows[0]?.indexdef ?? null
}
