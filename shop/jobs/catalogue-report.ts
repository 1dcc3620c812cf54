/**
 * Lists every product with its price, for the buyers of the shop. Runs on a replica, so that it does not disturb the shop, and in one snapshot,
 * so that its prices are all of one moment. It takes its time: it pauses after each product.
 */
import pg from 'pg'

const pauseMs = Number(process.env['PAUSE_MS'] ?? 1_000)
const url = new URL(process.env['DATABASE_URL'] ?? '')
url.host = process.env['READ_ADDRESS'] ?? url.host
const client = new pg.Client({
  connectionString: url.href,
  application_name: process.env['JOB_NAME'] ?? 'catalogue-report',
})
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
await client.query('begin isolation level repeatable read read only')
const { rows: products } = await client.query<{ sku: string }>('select sku from catalog.products order by sku')
for (const { sku } of products) {
  await client.query('select name, price_cents from catalog.products where sku = $1', [sku])
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
}
await client.query('commit')
await client.end()
