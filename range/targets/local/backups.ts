import { chmodSync, chownSync, mkdirSync, rmSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { BackupStatus, Backups, BaseBackup, RestoredServer } from '../../../model/backups.ts'
import { FiredrillError } from '../../../model/errors.ts'
import { baseBackup, restoredServer } from '../../../model/range/schemas.ts'
import { until as waitUntil } from '../../../model/until.ts'
import { postgresDataDir } from '../../components/postgres.ts'
import { logFile } from '../../context.ts'
import { requireFreeSoon } from './ports.ts'
import { unprivilegedUser } from '../../users.ts'
import { writeWhole } from '../../whole-file.ts'
import { archiver, archiverProcess, bytesIn, checkBaseBackup, foldersIn, makeBaseBackup, slot, type BackupFolders } from './base-backup.ts'
import { localDatabase } from './database.ts'
import { isThere } from './identity.ts'
import { keptIn } from './kept.ts'
import { withLock } from './lock.ts'
import { terminate } from './process.ts'
import { askRestored, layOut, restoredLog, untilReplayed } from './restored-server.ts'
import { copyProcess, logSize } from './second-server.ts'
import type { BackupProcess, RangeState, RunRecord } from './state.ts'
import { endStrays } from './strays.ts'
import type { LocalTarget } from './target.ts'

const streamsWithinMs = 20_000
const keptSchema = z.object({ backups: z.array(baseBackup), restored: restoredServer.nullable() })
type Kept = z.output<typeof keptSchema>
/** Fast shutdown: sessions are ended. */
const stop = { signal: 'SIGINT', deadlineMs: 10_000 } as const

/** The parts of a target that backups use. */
export type BackupTarget = Pick<LocalTarget, 'context' | 'launch'> & { state: Pick<RangeState, 'dir' | 'run' | 'setRun' | 'clearRun'> }

/** Backups of a PostgreSQL on this host. Its whole state is on disk, so any process of the range can continue it. */
export function localBackups(target: BackupTarget): Backups {
  const parts = new LocalBackups(target)
  const { context, state } = target
  const alone = <Result>(work: () => Promise<Result>) => withLock(path.join(state.dir, 'run', 'backups.lock'), work)
  return {
    status: () => parts.status(),
    archive: () => alone(() => parts.archive()),
    make: ({ check } = { check: true }) => alone(() => parts.make(check)),
    damage: (name) => alone(async () => parts.damage(name)),
    restore: (until, backup) => alone(() => parts.restore(until, backup)),
    async query<Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) {
      if (!isThere(state.run('restored-postgres'))) throw new FiredrillError('not-found', 'there is no restored server: restore one first')
      return askRestored<Row>(context, sql, params)
    },
    drop: () => alone(() => parts.drop()),
    remove: () => alone(() => parts.remove()),
  }
}

/** Operations that run one at a time. */
class LocalBackups {
  readonly #target: BackupTarget
  readonly #folders: BackupFolders
  readonly #file: string
  readonly #query: Query
  readonly #processes: ReturnType<typeof processesOf>

  constructor(target: BackupTarget) {
    this.#target = target
    this.#folders = foldersIn(path.join(path.dirname(postgresDataDir(target.context)), 'backups'))
    this.#file = path.join(target.state.dir, 'backups.json')
    this.#query = localDatabase(target.context).query
    this.#processes = processesOf(target)
  }

  async status(): Promise<BackupStatus> {
    const { backups, restored } = this.#kept()
    const running = this.#runs('wal-archive')
    const until = running
      ? await archived(this.#query).then(
          ({ at }) => at,
          () => null,
        )
      : null
    return {
      backups,
      archive: { running, until },
      restored: this.#runs('restored-postgres') ? restored : null,
      bytes: bytesIn(this.#folders.all),
    }
  }

  async archive(): Promise<void> {
    if (this.#runs('wal-archive')) return
    makeFolders(this.#folders)
    await this.#query(
      `select pg_create_physical_replication_slot($1, true) where not exists (select from pg_replication_slots where slot_name = $1)`,
      [slot],
    )
    const { context } = this.#target
    await this.#processes.start('wal-archive', archiverProcess(context, this.#folders), logFile(context, 'wal-archive'))
    await waitUntil('the WAL archive to receive', streamsWithinMs, async () => (await archived(this.#query)).lsn !== null)
  }

  async make(check: boolean): Promise<BaseBackup> {
    await mustBeInOnePlace(this.#query)
    await this.archive()
    const { context } = this.#target
    const name = nameAt(new Date(), this.#kept().backups)
    const made = await makeBaseBackup(context, this.#folders, name)
    const backup = { ...made, ...(check ? await checkBaseBackup(context, this.#folders, name) : {}) }
    this.#keep({ backups: [...this.#kept().backups, backup] })
    return backup
  }

  damage(name: string): void {
    const { backups } = this.#kept()
    truncateSync(path.join(this.#folders.base, named(backups, name).name, 'global', 'pg_control'), 0)
    this.#keep({ backups: backups.map((one) => (one.name === name ? { ...one, check: 'not-run', detail: null } : one)) })
  }

  async restore(until: string, backup?: string): Promise<RestoredServer> {
    const { backups } = this.#kept()
    const from = backup === undefined ? newestBefore(backups, until) : named(backups, backup)
    mustBeReachable(from, until)
    await mustBeInOnePlace(this.#query)
    await this.drop()
    if (this.#runs('wal-archive')) await untilArchived(this.#query)
    const { context } = this.#target
    const port = context.port('restored')
    await layOut(context, this.#folders, from.name, until)
    await requireFreeSoon('postgres', port)
    const logFrom = logSize(restoredLog(context))
    const record = await this.#processes.start('restored-postgres', copyProcess(context, this.#folders.restored), restoredLog(context))
    try {
      await untilReplayed(context, record, logFrom)
    } catch (error) {
      await this.drop()
      throw error instanceof FiredrillError
        ? new FiredrillError(error.code, `from base backup ${from.name}, ${error.message}`, { cause: error })
        : error
    }
    const restored = { until, backup: from.name, port }
    this.#keep({ restored })
    return restored
  }

  async drop(): Promise<void> {
    await this.#processes.end('restored-postgres')
    rmSync(this.#folders.restored, { recursive: true, force: true })
    if (this.#kept().restored) this.#keep({ restored: null })
  }

  async remove(): Promise<void> {
    await this.drop()
    await this.#processes.end('wal-archive')
    // Before its files: as long as some exist, the removal will be retried.
    if (bytesIn(this.#folders.all) > 0) await dropSlot(this.#query)
    rmSync(this.#folders.all, { recursive: true, force: true })
    rmSync(this.#file, { force: true })
  }

  #runs(name: BackupProcess): boolean {
    return isThere(this.#target.state.run(name))
  }

  #kept(): Kept {
    return keptIn(this.#file, keptSchema, { backups: [], restored: null })
  }

  #keep(changed: Partial<Kept>): void {
    writeWhole(this.#file, `${JSON.stringify({ ...this.#kept(), ...changed })}\n`, { mode: 0o600, durable: true })
  }
}

function named(backups: readonly BaseBackup[], name: string): BaseBackup {
  const backup = backups.find((one) => one.name === name)
  if (backup) return backup
  const names = backups.map((one) => one.name).join(' or ')
  throw new FiredrillError('not-found', `there is no base backup '${name}': choose ${names || 'none, as none was made'}`)
}

/** Programs with a record, as components have, or without one found by their command line. */
function processesOf(target: BackupTarget) {
  const { context, state } = target
  const end = async (name: BackupProcess) => {
    const record = state.run(name)
    if (record) await terminate(record, stop)
    await endStrays(context.config.id, { name, stop }, record)
    state.clearRun(name)
  }
  return {
    end,
    async start(name: BackupProcess, spec: Parameters<BackupTarget['launch']>[0], log: string): Promise<RunRecord> {
      await end(name)
      const startedAt = Date.now()
      const record = { ...(await target.launch(spec, name, 'shop', log)), startedAt, readyAfterMs: 0, stopping: false }
      state.setRun(name, record)
      return record
    },
  }
}

/** Readable only by PostgreSQL's user. */
function makeFolders(folders: BackupFolders): void {
  const user = unprivilegedUser('postgres')
  for (const folder of [folders.all, folders.base, folders.wal]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    if (user) chownSync(folder, user.uid, user.gid)
  }
}

type Query = ReturnType<typeof localDatabase>['query']

/** A restored server would write into the very folder of a tablespace, and change what the live one has there. */
async function mustBeInOnePlace(query: Query): Promise<void> {
  const [found] = await query<{ name: string }>(
    `select spcname as name from pg_tablespace where spcname not in ('pg_default', 'pg_global')`,
  )
  if (found)
    throw new FiredrillError('conflict', `the database has a tablespace, '${found.name}': it can be backed up and restored without any`)
}

/** The archive's progress: the position up to which it has written, and when it reported that. */
async function archived(query: Query): Promise<{ lsn: string | null; at: string | null }> {
  const [row] = await query<{ lsn: string | null; at: Date | null }>(
    `select write_lsn::text as lsn, reply_time as at from pg_stat_replication where application_name = $1 and state = 'streaming'`,
    [archiver],
  )
  return { lsn: row?.lsn ?? null, at: row?.at?.toISOString() ?? null }
}

/** Commits something that can be replayed beyond any time before now, and resolves when the archive has it. */
async function untilArchived(query: Query): Promise<void> {
  await query(`select pg_logical_emit_message(true, 'restore', '')`)
  const [now] = await query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
  await waitUntil('the WAL to be in the archive', streamsWithinMs, async () => {
    const [row] = await query<{ reached: boolean }>(
      'select write_lsn >= $1::pg_lsn as reached from pg_stat_replication where application_name = $2',
      [now?.lsn, archiver],
    )
    return row?.reached ?? false
  })
}

/** The server releases a stream a moment after its receiver has ended. */
async function dropSlot(query: Query): Promise<void> {
  const present = 'from pg_replication_slots where slot_name = $1'
  await query(`select pg_terminate_backend(active_pid, 2000) ${present} and active`, [slot])
  await waitUntil('the replication slot to be dropped', streamsWithinMs, async () => {
    await query(`select pg_drop_replication_slot(slot_name) ${present} and not active`, [slot])
    return (await query(`select 1 ${present}`, [slot])).length === 0
  })
}

/** The time in seconds; two in the same second get an additional number. */
function nameAt(now: Date, backups: readonly BaseBackup[]): string {
  const name = `${now.toISOString().replace(/[-:]|\.\d+/g, '')}`
  const same = backups.filter((one) => one.name.startsWith(name)).length
  return same === 0 ? name : `${name}-${same + 1}`
}

function newestBefore(backups: readonly BaseBackup[], until: string): BaseBackup {
  const [oldest] = backups
  if (!oldest) throw new FiredrillError('conflict', 'there is no base backup yet: nothing can be restored')
  return backups.findLast(({ endedAt }) => endedAt <= until) ?? oldest
}

function mustBeReachable({ name, endedAt }: BaseBackup, until: string): void {
  if (until > new Date().toISOString())
    throw new FiredrillError('bad-request', `${until} is in the future: name a time before now, ${new Date().toISOString()}`)
  if (until < endedAt)
    throw new FiredrillError('bad-request', `${until} is before the end of base backup ${name}: it can be restored to ${endedAt} or later`)
}
