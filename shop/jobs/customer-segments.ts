/** Finds out which products are bought by the same people, by comparing every product with every other, for the marketing team. Started by hand, in parallel. */
import pg from 'pg'

const workers = Number(process.env['WORKERS'] ?? 4)
process.once('SIGTERM', () => process.exit(0))

async function compare(worker: number): Promise<void> {
  const client = new pg.Client({
    connectionString: process.env['CATALOG_DATABASE_URL'],
    application_name: process.env['JOB_NAME'] ?? 'customer-segments',
  })
  client.on('error', () => process.exit(1))
  await client.connect()
  for (;;) {
    await client.query(
      `select a.category, b.category, count(*), avg(abs(a.price_cents - b.price_cents)) from catalog.products a, catalog.products b
       where length(a.description || b.description) % $1::int <> 1 and md5(a.sku || b.sku) < 'f' group by 1, 2`,
      [worker + 7],
    )
  }
}
await Promise.all(Array.from({ length: workers }, (_, worker) => compare(worker)))
