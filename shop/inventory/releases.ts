import type { Queryable } from '../kit/database.ts'

/** What each release of the inventory does differently. Selected by the configured version. */
export interface Behaviour {
  /** Pieces on hand, summed over the warehouses; products that nobody knows are missing from the answer. */
  availability(database: Queryable, skus: string[]): Promise<Record<string, number>>
  /** Over which connections it is asked for: those of the pool, or one that is opened at the start and never again. */
  readsOver: 'pool' | 'own'
}

const oneStatement: Behaviour = {
  readsOver: 'pool',
  async availability(database, skus) {
    const { rows } = await database.query<{ sku: string; available: string }>(
      'select sku, sum(available) as available from stock where sku = any($1) group by sku',
      [skus],
    )
    return Object.fromEntries(rows.map((row) => [row.sku, Number(row.available)]))
  },
}

/** Asks for the warehouses of each product, then twice for each warehouse: N × (1 + 2M) statements for one page. */
const perWarehouse: Behaviour = {
  readsOver: 'pool',
  async availability(database, skus) {
    const found: Record<string, number> = {}
    for (const sku of skus) {
      const { rows: warehouses } = await database.query<{ warehouse: string }>('select warehouse from stock where sku = $1', [sku])
      for (const { warehouse } of warehouses) {
        const { rows } = await database.query<{ available: number }>('select available from stock where sku = $1 and warehouse = $2', [
          sku,
          warehouse,
        ])
        // Same-day delivery leaves a reserve in each warehouse that has sent anything.
        const { rows: sent } = await database.query<{ shipped: number }>('select shipped from stock where sku = $1 and warehouse = $2', [
          sku,
          warehouse,
        ])
        const reserve = (sent[0]?.shipped ?? 0) > 0 ? 1 : 0
        found[sku] = (found[sku] ?? 0) + Math.max(0, (rows[0]?.available ?? 0) - reserve)
      }
    }
    return found
  },
}

/** Quick, until the database has been away for a moment: what was connected then stays broken. */
const attached: Behaviour = { ...oneStatement, readsOver: 'own' }

export const releases: Record<string, Behaviour> = {
  '1.3.1': oneStatement,
  '1.4.0': oneStatement,
  '1.4.1': oneStatement,
  '1.5.0': perWarehouse,
  '1.6.0': attached,
}
