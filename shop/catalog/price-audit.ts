import type { Cache } from '../kit/cache.ts'
import type { Database } from '../kit/database.ts'
import { every } from '../kit/every.ts'
import { gauge } from '../kit/metrics.ts'
import type { Service } from '../kit/service.ts'

/** How long a change may take from the database to the cache. */
const settledAfter = '2 seconds'

/** Compares the prices that customers see with the current ones: recently changed prices, in the cache and in the database. */
export function auditPrices(service: Service, { database, cache }: { database: Database; cache: Cache }): void {
  const wrong = gauge('catalog_stale_prices', 'Prices that changed lately and that the cache still shows as they were', [] as const)
  wrong.set(0)
  every(service, 1_000, async function auditPrices() {
    const { rows } = await database.query<{ sku: string; cents: number }>(
      `select sku, price_cents as cents from products
       where updated_at between now() - interval '2 minutes' and now() - interval '${settledAfter}' order by updated_at desc limit 100`,
    )
    const shown = await cache.peek<{ priceCents: number }>(rows.map(({ sku }) => `catalog:product:${sku}`))
    wrong.set(shown.filter((product, index) => product !== null && product.priceCents !== rows[index]?.cents).length)
  })
}
