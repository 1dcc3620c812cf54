import { chownSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { administratorOptions } from '../../administrator.ts'
import type { ProcessSpec } from '../../component.ts'
import type { RangeContext } from '../../context.ts'
import { unprivilegedUser } from '../../users.ts'
import { runAsPostgres } from './base-backup.ts'

/** The name of the replica's role, of its replication slot and of its connection to the primary. */
export const replicaName = 'replica'
const queryTimeoutMs = 20_000

/** Where it connects to, without a password. */
const primary = (context: RangeContext): string =>
  `host=127.0.0.1 port=${context.port('postgres')} user=${replicaName} application_name=${replicaName}`

/** Its settings: small, and private. Those of the primary that bound its memory have to be at least as large here. */
const replicaSettings = (context: RangeContext): Record<string, string> => ({
  listen_addresses: '127.0.0.1',
  port: String(context.port('replica')),
  unix_socket_directories: '',
  shared_buffers: '16MB',
  max_connections: '60',
  max_logical_replication_workers: '0',
  max_wal_size: '256MB',
  jit: 'off',
  fsync: 'off',
  hot_standby: 'on',
  // A report may take as long as it takes: replay waits for it.
  max_standby_streaming_delay: '-1',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '1s',
  log_timezone: 'UTC',
  log_recovery_conflict_waits: 'on',
  deadlock_timeout: '1s',
})

/** Copies the primary's data over its replication protocol, and configures the copy to follow it. */
export async function layOutReplica(context: RangeContext, folder: string): Promise<void> {
  const program = path.join(context.binaries.postgresBin, 'pg_basebackup')
  const options = ['--checkpoint', 'fast', '--wal-method', 'stream', '--slot', replicaName, '--no-sync', '--no-manifest', '--no-password']
  await runAsPostgres(program, ['--dbname', primary(context), '--pgdata', folder, ...options], {
    PGPASSWORD: context.config.passwords.postgres,
  })
  const settings = Object.entries(replicaSettings(context)).map(([name, value]) => `${name} = '${value}'`)
  const conninfo = `${primary(context)} password=${context.config.passwords.postgres}`
  const follow = [`primary_conninfo = '${conninfo}'`, `primary_slot_name = '${replicaName}'`]
  const user = unprivilegedUser('postgres')
  const files = {
    'postgresql.conf': `${[...settings, ...follow].join('\n')}\n`,
    // Settings made with `alter system` on the primary do not apply to this one.
    'postgresql.auto.conf': '',
    'standby.signal': '',
  }
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name)
    writeFileSync(file, content, { mode: 0o600 })
    if (user) chownSync(file, user.uid, user.gid)
  }
}

/** How it is started, by the user of the primary. */
export const replicaProcess = (context: RangeContext, folder: string): ProcessSpec => ({
  file: path.join(context.binaries.postgresBin, 'postgres'),
  args: ['-D', folder],
  env: {},
  user: 'postgres',
})

/** The rows of a statement, over a connection of its own. Throws `component-unreachable` with what PostgreSQL refuses it for. */
export async function askReplica<Row extends Record<string, unknown>>(
  context: RangeContext,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: context.port('replica'),
    user: 'postgres',
    password: context.config.passwords.postgres,
    database: 'shop',
    connectionTimeoutMillis: 5e3,
    query_timeout: queryTimeoutMs,
    application_name: 'firedrill',
    options: administratorOptions,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query<Row>(sql, params)).rows
  } catch (error) {
    throw new FiredrillError('component-unreachable', `the replica: ${describeError(error)}`, { cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}
