/** Reads the orders of the day for a meeting, in one transaction so that all numbers fit together. Started by hand, and left open over lunch. */
import pg from 'pg'

const client = new pg.Client({
  connectionString: process.env['DATABASE_URL'],
  application_name: process.env['JOB_NAME'] ?? 'orders-overview',
})
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
await client.query('begin')
await client.query('select state, count(*), sum(total_cents) from orders.orders group by state')
setInterval(() => {}, 60_000)
