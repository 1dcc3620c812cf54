/**
 * Exports the tables of the shop for business intelligence, each part over a connection of its own. Started by hand by the
 * analysts. It opens all of its connections first, and keeps them.
 */
import pg from 'pg'

const parts = Number(process.env['PARTS'] ?? 50)
process.once('SIGTERM', () => process.exit(0))

const open = new Set<pg.Client>()
async function openPart(): Promise<void> {
  const client = new pg.Client({
    // Analysts have no privileges: they cannot use the connections reserved for administrators.
    connectionString: process.env['CATALOG_DATABASE_URL'],
    application_name: process.env['JOB_NAME'] ?? 'bi-export',
    connectionTimeoutMillis: 3_000,
  })
  client.on('error', () => open.delete(client))
  try {
    await client.connect()
    open.add(client)
  } catch {
    // None left: it retries until one is freed.
  }
}
for (;;) {
  while (open.size < parts) {
    const before = open.size
    await openPart()
    if (open.size === before) break
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
}
