import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Pool, PoolClient } from 'pg'
import { requireCaller } from './caller.ts'
import { HttpError, messageOf } from './errors.ts'
import { instrumented } from './libraries.ts'
import { gauge, histogram } from './metrics.ts'
import { untilItWorks } from './retry.ts'
import type { Service } from './service.ts'

// Safe: the package's own types.
const pg = instrumented('pg') as typeof import('pg')

interface DatabaseOptions {
  url: string
  poolMax: number
  /** How long a request waits for a free connection. */
  acquireTimeoutMs: number
  statementTimeoutMs: number
}

export type Queryable = Pick<PoolClient, 'query'>

export interface Database extends Queryable {
  /** Runs `work` in one transaction on one connection; rolls back when it throws. */
  transaction<Result>(work: (client: Queryable) => Promise<Result>): Promise<Result>
}

/** Connects (waiting for the server to come up), brings the schema up to date, and watches the pool. */
export async function connectDatabase(service: Service, options: DatabaseOptions, migrations: string): Promise<Database> {
  const settings = { connectionString: options.url, application_name: applicationName }
  const pool = openPool(service, options)
  watchPool(pool, options.poolMax)

  // Longer than any caller waits for a service: if it exited, it would not be restarted when the database is up again.
  await untilItWorks(() => migrate(settings, migrations), {
    deadlineMs: 400_000,
    onFailure: (error) => service.app.log.info(`waiting for PostgreSQL: ${messageOf(error)}`),
  })
  service.readyWhen('postgres', async () => {
    const client = new pg.Client({ ...settings, connectionTimeoutMillis: 1_200, query_timeout: 1_200 })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('select 1')
    } finally {
      await client.end().catch(() => {})
    }
  })
  const acquire = histogram('db_pool_acquire_seconds', 'Time to get a connection from the pool', [] as const)
  return databaseOf(pool, (seconds) => acquire.observe({}, seconds))
}

/** A second server with the same data, for reads: a pool of its own, which is opened by the first query. Its schema is the first one's. */
export const connectReplica = (service: Service, options: DatabaseOptions): Queryable => databaseOf(openPool(service, options), () => {})

const applicationName = process.env['SERVICE_NAME'] ?? 'shop'

function openPool(service: Service, options: DatabaseOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: applicationName,
    max: options.poolMax,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    idleTimeoutMillis: 60_000,
  })
  pool.on('error', (error) => service.app.log.warn({ err: error }, 'an idle database connection was lost'))
  // Also while it is checked out: an error that nobody listens for ends the process.
  pool.on('connect', (client) => client.on('error', (error) => service.app.log.debug({ err: error }, 'a database connection broke')))
  service.onStop(() => pool.end())
  return pool
}

/** `acquired` is told how long it took to get a connection, in seconds. */
function databaseOf(pool: Pool, acquired: (seconds: number) => void): Database {
  const connect = async () => {
    const startedAt = performance.now()
    try {
      return await pool.connect()
    } catch (error) {
      throw new HttpError(503, 'database-unavailable', `no database connection: ${messageOf(error)}`, { cause: error })
    } finally {
      acquired((performance.now() - startedAt) / 1_000)
    }
  }
  const run = async <Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> => {
    requireCaller()
    const client = await connect()
    let failure: Error | undefined
    try {
      // Getting a connection may have taken long.
      requireCaller()
      return await work(client)
    } catch (error) {
      // A broken connection must not return to the pool; a failed statement does not harm it.
      if (error instanceof Error && !('severity' in error && error.severity === 'ERROR')) failure = error
      if (error instanceof Error && 'code' in error && error.code === '57014') {
        throw new HttpError(503, 'statement-timeout', 'the database took too long', { cause: error })
      }
      throw error
    } finally {
      client.release(failure && !(failure instanceof HttpError) ? failure : undefined)
    }
  }
  return {
    // Safe: the same signature, with the pool's connection behind it.
    query: ((...args: Parameters<PoolClient['query']>) => run((client) => client.query(...args) as never)) as Queryable['query'],
    transaction: (work) =>
      run(async (client) => {
        await client.query('begin')
        try {
          const result = await work(client)
          await client.query('commit')
          return result
        } catch (error) {
          await client.query('rollback').catch(() => {})
          throw error
        }
      }),
  }
}

/** One connection, outside the pool. The caller has to check that it is still open. */
export async function connectOnce(service: Service, url: string): Promise<Queryable> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName })
  client.on('error', (error) => service.app.log.warn({ err: error }, 'the connection to PostgreSQL was lost'))
  await client.connect()
  service.onStop(() => client.end())
  return {
    // Safe: the same signature.
    query: ((...args: Parameters<PoolClient['query']>) => {
      requireCaller()
      return client.query(...args)
    }) as Queryable['query'],
  }
}

/** Applies `NNN-name.sql` files that have not been applied, in order, one process at a time. */
async function migrate(settings: { connectionString: string; application_name: string }, folder: string): Promise<void> {
  const client = new pg.Client({ ...settings, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(
      'create table if not exists schema_migrations (name text primary key, applied_at timestamptz not null default now())',
    )
    await client.query('select pg_advisory_lock(hashtext(current_user))')
    const { rows } = await client.query<{ name: string }>('select name from schema_migrations')
    const applied = new Set(rows.map((row) => row.name))
    for (const name of readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .toSorted()) {
      if (applied.has(name)) continue
      await client.query('begin')
      await client.query(readFileSync(path.join(folder, name), 'utf8'))
      await client.query('insert into schema_migrations (name) values ($1)', [name])
      await client.query('commit')
    }
  } finally {
    await client.end()
  }
}

function watchPool(pool: Pool, max: number): void {
  gauge('db_pool_size', 'Most connections that the pool may open', [] as const).set(max)
  gauge('db_pool_connections', 'Connections of the pool', ['state'] as const, function () {
    this.set({ state: 'used' }, pool.totalCount - pool.idleCount)
    this.set({ state: 'idle' }, pool.idleCount)
  })
  gauge('db_pool_waiting', 'Requests that wait for a connection', [] as const, function () {
    this.set(pool.waitingCount)
  })
}
