/**
 * Exports a journal for the auditors to a file on the host of the database: what there is now and, eight hours later, what has come since. Started by hand.
 * The database writes the file, and has it open all that time.
 */
import pg from 'pg'

const file = process.env['EXPORT_FILE'] ?? ''
const rows = Math.floor(Number(process.env['EXPORT_BYTES'] ?? 0) / 128)
process.once('SIGTERM', () => process.exit(0))

const client = new pg.Client({
  connectionString: process.env['DATABASE_URL'],
  application_name: process.env['JOB_NAME'] ?? 'journal-export',
  // It sends nothing for hours, and would not notice that nobody waits for it any more.
  options: '-c client_connection_check_interval=1s',
})
client.on('error', () => process.exit(1))

await client.connect()
await client.query(
  `copy (select rpad(n || ';', 127, '.') from generate_series(1, ${rows}) n
     union all select 'until ' || clock_timestamp() from pg_sleep(8 * 3600))
   to ${client.escapeLiteral(file)}`,
)
await client.end()
