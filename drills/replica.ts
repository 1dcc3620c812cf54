import { FiredrillError } from '../model/errors.ts'
import type { Range, ReplicaPort, ReplicaStatus } from '../model/range.ts'

/** The setting of catalog that sends its reads to another server, as `host:port`. */
const readSetting = 'DATABASE_READ_ADDRESS'

/** The replica of a range; throws `unsupported` where it can have none. */
export function replicaOf({ replica }: Pick<Range, 'replica'>): ReplicaPort {
  if (replica) return replica
  throw new FiredrillError('unsupported', 'the database cannot be replicated where the shop runs now')
}

/** The replica's status. Throws `not-found` if there is none. */
export async function runningReplica(range: Pick<Range, 'replica'>): Promise<ReplicaStatus> {
  const status = await replicaOf(range).status()
  if (!status) throw new FiredrillError('not-found', 'the database has no replica')
  return status
}

/** Where catalog reads from, as `host:port`; null for the primary. */
export const readAddress = async ({ config }: Pick<Range, 'config'>): Promise<string | null> =>
  (await config.get('catalog'))[readSetting] ?? null

/** Restarts catalog so that it reads from there; null for the primary. Nothing happens if it does already. */
export async function readFrom({ config }: Pick<Range, 'config'>, address: string | null, by: string): Promise<void> {
  const { [readSetting]: now, ...others } = await config.get('catalog')
  if ((now ?? null) === address) return
  await config.set('catalog', address === null ? others : { ...others, [readSetting]: address }, by)
}

/** The address at which the services of its host reach a replica. */
export const addressOf = ({ port }: Pick<ReplicaStatus, 'port'>): string => `127.0.0.1:${port}`

/** Its role may not log in to the primary any more, and its connection is ended. */
export async function lockReplica({ database }: Pick<Range, 'database'>): Promise<void> {
  await database.query('alter role replica nologin')
  await database.query(`select pg_terminate_backend(pid) from pg_stat_replication where usename = 'replica'`)
}

/** Its role may log in again, and the replica tries that once a second. Returns whether it could not before. */
export async function admitReplica({ database }: Pick<Range, 'database'>): Promise<boolean> {
  const locked = await database.query(`select 1 from pg_roles where rolname = 'replica' and not rolcanlogin`)
  if (locked.length > 0) await database.query('alter role replica login')
  return locked.length > 0
}

/** Settings that somebody made on the replica itself become its own again. */
export async function resetReplicaSettings(range: Pick<Range, 'replica'>): Promise<void> {
  await replicaOf(range).query('alter system reset all')
  await replicaOf(range).query('select pg_reload_conf()')
}
