import { chmodSync, chownSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../../../model/errors.ts'
import type { ReplicaPort, ReplicaSession, ReplicaStatus } from '../../../model/range/replica.ts'
import { poll, until } from '../../../model/until.ts'
import { postgresDataDir } from '../../components/postgres.ts'
import { scramVerifier } from '../../components/scram.ts'
import { logFile, type RangeContext } from '../../context.ts'
import { unprivilegedUser } from '../../users.ts'
import type { BackupTarget } from './backups.ts'
import { localDatabase } from './database.ts'
import { isThere } from './identity.ts'
import { withLock } from './lock.ts'
import { requireFreeSoon } from './ports.ts'
import { terminate } from './process.ts'
import { askReplica, layOutReplica, replicaName } from './replica-server.ts'
import { copyProcess, logSize, printedSince } from './second-server.ts'
import { endStrays } from './strays.ts'
import type { RunRecord } from './state.ts'

/** Timeout for starting, and catching up with what was written since its base backup. */
const streamsWithinMs = 60_000
const lookEveryMs = 100
/** Fast shutdown: sessions are ended. */
const stop = { signal: 'SIGINT', deadlineMs: 10_000 } as const

/** Where its data are: while the folder exists, there may be something to remove. */
const folderOf = (context: RangeContext): string => path.join(path.dirname(postgresDataDir(context)), 'replica')

/** A replica of a PostgreSQL on this host. Its whole state is on disk, so any process of the range can continue it. */
export function localReplica(target: BackupTarget): ReplicaPort {
  const { context, state } = target
  const folder = folderOf(context)
  const { query } = localDatabase(context)
  const runs = () => isThere(state.run('replica'))
  const alone = <Result>(work: () => Promise<Result>) => withLock(path.join(state.dir, 'run', 'replica.lock'), work)

  async function remove(): Promise<void> {
    const record = state.run('replica')
    if (record) await terminate(record, stop)
    await endStrays(context.config.id, { name: 'replica', stop }, record)
    state.clearRun('replica')
    if (!existsSync(folder)) return
    // Before its files: as long as they exist, the removal will be retried.
    await forget(query)
    rmSync(folder, { recursive: true, force: true })
  }

  async function start(): Promise<void> {
    if (runs()) return
    await remove()
    makeFolder(folder)
    try {
      await admit(context, query)
      await layOutReplica(context, folder)
      await requireFreeSoon('postgres', context.port('replica'))
      const log = logFile(context, 'replica')
      const logFrom = logSize(log)
      const startedAt = Date.now()
      const identity = await target.launch(copyProcess(context, folder), 'replica', 'shop', log)
      const record = { ...identity, startedAt, readyAfterMs: 0, stopping: false }
      state.setRun('replica', record)
      await untilStreaming(context, record, log, logFrom)
    } catch (error) {
      await remove()
      throw error
    }
  }

  return {
    async status() {
      if (runs()) return statusOf(context)
      // Something is left of one that was killed.
      return existsSync(folder) ? { ...stopped, port: context.port('replica') } : null
    },
    start: () => alone(start),
    async query<Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) {
      if (!runs()) throw new FiredrillError('not-found', 'the database has no replica')
      return askReplica<Row>(context, sql, params)
    },
    remove: () => alone(remove),
  }
}

const stopped = { isStreaming: false, lagSeconds: null, waitingBytes: 0, isPaused: false, applyDelay: '0', sessions: [] }

async function statusOf(context: RangeContext): Promise<ReplicaStatus> {
  const [found] = await askReplica<Omit<ReplicaStatus, 'port' | 'sessions'> & { sessions: ReplicaSession[] | null }>(
    context,
    `select exists (select from pg_stat_wal_receiver where status = 'streaming') as "isStreaming",
       extract(epoch from now() - pg_last_xact_replay_timestamp())::float as "lagSeconds",
       coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), 0)::float as "waitingBytes",
       pg_is_in_recovery() and pg_get_wal_replay_pause_state() <> 'not paused' as "isPaused",
       current_setting('recovery_min_apply_delay') as "applyDelay",
       (select json_agg(json_build_object('pid', pid, 'application', application_name, 'state', state,
           'seconds', round(extract(epoch from now() - xact_start)),
           'query', left(regexp_replace(query, '\\s+', ' ', 'g'), 120)) order by xact_start)
         from pg_stat_activity where backend_type = 'client backend' and xact_start is not null and pid <> pg_backend_pid()) as sessions`,
  )
  if (!found) throw new FiredrillError('component-unreachable', 'the replica answered with no row')
  return { ...found, port: context.port('replica'), sessions: found.sessions ?? [] }
}

async function untilStreaming(context: RangeContext, record: RunRecord, log: string, logFrom: number): Promise<void> {
  const hasCaughtUp = async () => {
    if (!isThere(record))
      throw new FiredrillError(
        'component-failed',
        `the replica did not start: ${printedSince(log, logFrom).error ?? 'it printed no error'}`,
      )
    return statusOf(context).then(
      ({ isStreaming, waitingBytes }) => isStreaming && waitingBytes < 100_000,
      () => false,
    )
  }
  if (!(await poll(streamsWithinMs, hasCaughtUp, lookEveryMs)))
    throw new FiredrillError('timed-out', `the replica has not caught up within ${streamsWithinMs / 1_000} s`)
}

type Query = ReturnType<typeof localDatabase>['query']

/** Gives it a role that may replicate, and a slot that keeps WAL until it has received that. */
async function admit(context: RangeContext, query: Query): Promise<void> {
  const [elsewhere] = await query<{ name: string }>(
    `select spcname as name from pg_tablespace where spcname not in ('pg_default', 'pg_global')`,
  )
  if (elsewhere)
    throw new FiredrillError('conflict', `the database has a tablespace, '${elsewhere.name}': it can be replicated without any`)
  await forget(query)
  // Safe in SQL: base64, with characters that are allowed in a literal.
  await query(`create role ${replicaName} login replication password '${scramVerifier(context.config.passwords.postgres)}'`)
  await query('select pg_create_physical_replication_slot($1, true)', [replicaName])
}

/** Removes both. The server releases a stream a moment after its receiver has ended. */
async function forget(query: Query): Promise<void> {
  const present = 'from pg_replication_slots where slot_name = $1'
  await query(`select pg_terminate_backend(active_pid, 2000) ${present} and active`, [replicaName])
  await until('the replication slot to be dropped', 20_000, async () => {
    await query(`select pg_drop_replication_slot(slot_name) ${present} and not active`, [replicaName])
    return (await query(`select 1 ${present}`, [replicaName])).length === 0
  })
  await query(`drop role if exists ${replicaName}`)
}

/** Readable only by PostgreSQL's user. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const user = unprivilegedUser('postgres')
  if (user) chownSync(folder, user.uid, user.gid)
}
