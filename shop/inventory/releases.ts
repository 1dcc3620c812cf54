import type { Queryable } from '../kit/database.ts'

/** What each release of the inventory does differently. Selected by the configured version. */
export interface Behaviour {
  /** Pieces on hand, summed over the warehouses; unknown products are missing from the result. */
  availability(database: Queryable, skus: string[]): Promise<Record<string, number>>
  /** Which connections it uses: those of the pool, or one that is opened at the start and never again. */
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

/** Queries the warehouses of each product, then twice for each warehouse: N × (1 + 2M) statements for one page. */
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
        // Same-day delivery keeps a reserve in each warehouse that has shipped anything.
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

/** Fast, until the database is down for a moment: the connection from before stays broken. */
const attached: Behaviour = { ...oneStatement, readsOver: 'own' }

export const releases: Record<string, Behaviour> = {
  '1.3.1': oneStatement,
  '1.4.0': oneStatement,
  '1.4.1': oneStatement,
  '1.5.0': perWarehouse,
  '1.6.0': attached,
}
