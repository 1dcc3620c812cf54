/**
 * Corrects prices in the database, some at a time, oldest first. Started by hand by the price team, who found that it is faster without the catalog's
 * API. The cache is not invalidated.
 */
import pg from 'pg'

const atOnce = Number(process.env['AT_ONCE'] ?? 20)
const client = new pg.Client({
  connectionString: process.env['CATALOG_DATABASE_URL'],
  application_name: process.env['JOB_NAME'] ?? 'price-correction',
})
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
for (let from = 1; ; from = from > 200 ? 1 : from + atOnce) {
  await client.query(
    `update catalog.products set price_cents = 500 + (price_cents + 10) % 19500, updated_at = now()
     where sku between 'P' || lpad($1::text, 5, '0') and 'P' || lpad($2::text, 5, '0')`,
    [from, from + atOnce - 1],
  )
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}
