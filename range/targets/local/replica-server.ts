import path from 'node:path'
import type { RangeContext } from '../../context.ts'
import { runAsPostgres } from './base-backup.ts'
import { askCopy, configureCopy } from './second-server.ts'

/** The name of the replica's role, of its replication slot and of its connection to the primary. */
export const replicaName = 'replica'

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
  const primaryConninfo = `${primary(context)} password=${context.config.passwords.postgres}`
  configureCopy(
    folder,
    { ...replicaSettings(context), primary_conninfo: primaryConninfo, primary_slot_name: replicaName },
    'standby.signal',
  )
}

/** The rows of a statement, over a connection of its own. Throws `component-unreachable` with what PostgreSQL refuses it for. */
export const askReplica = <Row extends Record<string, unknown>>(
  context: RangeContext,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> => askCopy<Row>(context, { port: 'replica', what: 'the replica' }, sql, params)
