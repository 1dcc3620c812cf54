/**
 * Started by the host's schedule: limits each database role to as many connections as the platform team's list says, and terminates the excess. The
 * next run undoes any manual change.
 */
import pg from 'pg'

const everyMs = Number(process.env['EVERY_SECONDS'] ?? 10) * 1_000
/** `ROLE=CONNECTIONS`, as in the list. */
const [role = '', most = '1'] = (process.env['LIMIT'] ?? '').split('=')
process.once('SIGTERM', () => process.exit(0))

async function apply(): Promise<void> {
  const client = new pg.Client({
    connectionString: process.env['DATABASE_URL'],
    application_name: process.env['JOB_NAME'] ?? 'apply-limits',
    connectionTimeoutMillis: 3_000,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(`alter role ${client.escapeIdentifier(role)} connection limit ${Number(most)}`)
    await client.query(
      'select pg_terminate_backend(pid) from (select pid from pg_stat_activity where usename = $1 order by backend_start offset $2) beyond',
      [role, Number(most)],
    )
  } finally {
    await client.end()
  }
}

for (;;) {
  await apply().catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, everyMs))
}
