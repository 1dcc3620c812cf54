import type { ComponentName } from '../../../model/components.ts'
import type { Component } from '../../component.ts'
import { family, listProcesses, liveness, readStat, withEnvironment } from './identity.ts'
import { killAll, send, terminate } from './process.ts'
import type { BackupProcess, RunRecord } from './state.ts'

/** Stops processes that run as this component of a range, by their command line and environment, but are not in its record. */
export async function endStrays(
  rangeId: string,
  { name, stop }: Pick<Component, 'stop'> & { name: ComponentName | BackupProcess },
  record: RunRecord | null,
): Promise<void> {
  const found = withEnvironment({ FIREDRILL_RANGE: rangeId, FIREDRILL_COMPONENT: name })
  const ours = new Set(record && liveness(record) !== 'gone' ? family(record.pid) : [])
  const strays = found.filter((pid) => !ours.has(pid)).flatMap((pid) => readStat(pid) ?? [])
  // A session leader covers its whole session; the others are left over from a leader that exited.
  const leaders = strays.filter((stat) => stat.session === stat.pid)
  await Promise.all(leaders.map(({ pid, startTicks }) => terminate({ pid, startTicks, nonce: '' }, stop)))
  await killAll(
    strays.filter((stat) => stat.session !== stat.pid && readStat(stat.pid)?.startTicks === stat.startTicks).map(({ pid }) => pid),
  )
}

/** Processes with a range's id that no record has. */
export function orphansOf(rangeId: string, records: readonly RunRecord[]): number[] {
  const processes = listProcesses()
  const owned = new Set(records.flatMap((record) => family(record.pid, processes)))
  return withEnvironment({ FIREDRILL_RANGE: rangeId }).filter((pid) => !owned.has(pid))
}

/** Kills processes with a range's id that neither a record nor `keep` has. Returns how many. */
export function endOrphans(rangeId: string, records: readonly RunRecord[], keep: ReadonlySet<number>): number {
  const orphans = orphansOf(rangeId, records).filter((pid) => !keep.has(pid) && pid !== process.ppid)
  for (const pid of orphans) send(pid, 'SIGKILL')
  return orphans.length
}
