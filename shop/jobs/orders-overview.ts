/**
 * Counts the orders of the day for a meeting, or related rows, in one transaction so that all numbers are consistent. Started by hand, and left open
 * over lunch.
 */
import pg from 'pg'

const table = process.env['OVERVIEW_TABLE'] ?? 'orders.orders'
const client = new pg.Client({
  connectionString: process.env['DATABASE_URL'],
  application_name: process.env['JOB_NAME'] ?? 'orders-overview',
})
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
await client.query('begin')
const named = table
  .split('.')
  .map((part) => client.escapeIdentifier(part))
  .join('.')
await client.query(`select state, count(*) from ${named} group by state`)
setInterval(() => {}, 60_000)
