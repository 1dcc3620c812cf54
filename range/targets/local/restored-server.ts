import { rmSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../../model/errors.ts'
import { poll } from '../../../model/until.ts'
import { logFile, type RangeContext } from '../../context.ts'
import { runAsPostgres, type BackupFolders } from './base-backup.ts'
import { isThere } from './identity.ts'
import { askCopy, configureCopy, printedSince } from './second-server.ts'
import type { RunRecord } from './state.ts'

const lookEveryMs = 100
/** Timeout for replaying everything: a drill's WAL takes seconds. */
const replayedWithinMs = 60_000

/** The file of what the restored PostgreSQL prints. */
export const restoredLog = (context: RangeContext): string => logFile(context, 'restored-postgres')

/** Its settings: small, private, and paused once it has replayed up to the time. */
const restoredSettings = (context: RangeContext, { wal }: BackupFolders, until: string): Record<string, string> => ({
  listen_addresses: '127.0.0.1',
  port: String(context.port('restored')),
  unix_socket_directories: '',
  shared_buffers: '8MB',
  // At least the live server's, or it could not be read during recovery.
  max_connections: '100',
  max_logical_replication_workers: '0',
  fsync: 'off',
  hot_standby: 'on',
  // The newest segment is still being written: it has another name until then.
  restore_command: `cp "${wal}/%f" "%p" || cp "${wal}/%f.partial" "%p"`,
  recovery_target_time: until.replace('T', ' ').replace('Z', '+00'),
  recovery_target_action: 'pause',
  log_timezone: 'UTC',
})

/** Copies a base backup and configures it to recover up to a time when it is started. */
export async function layOut(context: RangeContext, folders: BackupFolders, backup: string, until: string): Promise<void> {
  rmSync(folders.restored, { recursive: true, force: true })
  await runAsPostgres('/bin/cp', ['-a', '--reflink=auto', path.join(folders.base, backup), folders.restored])
  configureCopy(folders.restored, restoredSettings(context, folders, until), 'recovery.signal')
}

/** Resolves when it has replayed up to its time; throws `component-failed` with its last message if it exits before. */
export async function untilReplayed(context: RangeContext, record: RunRecord, logFrom: number): Promise<void> {
  const isPaused = async () => {
    if (!isThere(record)) throw new FiredrillError('component-failed', `the restored server did not start: ${lastWords(context, logFrom)}`)
    return askRestored<{ paused: boolean }>(context, 'select pg_is_in_recovery() and pg_is_wal_replay_paused() as paused').then(
      ([row]) => row?.paused ?? false,
      () => false,
    )
  }
  if (!(await poll(replayedWithinMs, isPaused, lookEveryMs)))
    throw new FiredrillError('timed-out', `the restored server has not replayed its WAL within ${replayedWithinMs / 1_000} s`)
}

/** The first error since then, or else the last line. */
function lastWords(context: RangeContext, from: number): string {
  const { lines, error } = printedSince(restoredLog(context), from)
  return error ?? lines.findLast((line) => line.trim() !== '') ?? 'it said nothing'
}

/** The rows of a query, over a connection of its own. Throws what PostgreSQL refuses it for. */
export const askRestored = <Row extends Record<string, unknown>>(
  context: RangeContext,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> => askCopy<Row>(context, { port: 'restored', what: 'the restored PostgreSQL' }, sql, params)
