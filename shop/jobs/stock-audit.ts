/**
 * Counts the shop's stock, with the table locked so that nothing is sold meanwhile. Started by hand by the warehouse team; waits for the report of
 * their scanner before it ends its transaction.
 */
import pg from 'pg'

const table = process.env['AUDIT_TABLE'] ?? 'inventory.stock'
const client = new pg.Client({ connectionString: process.env['DATABASE_URL'], application_name: process.env['JOB_NAME'] ?? 'stock-audit' })
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
await client.query('begin')
const named = table
  .split('.')
  .map((part) => client.escapeIdentifier(part))
  .join('.')
await client.query(`lock table ${named} in exclusive mode`)
await client.query(`select count(*) from ${named}`)
// The scanner's report never arrives on this host: the transaction stays open, idle, with its lock.
setInterval(() => {}, 60_000)
