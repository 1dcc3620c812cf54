import type { ComponentName } from '../../../model/components.ts'
import type { Component } from '../../component.ts'
import { family, listProcesses, liveness, readStat, withEnvironment } from './identity.ts'
import { killAll, send, terminate } from './process.ts'
import type { BackupProcess, RunRecord } from './state.ts'

/** Ends what runs as this component of a range, by what it was started with, and is not the one that its record names. */
export async function endStrays(
  rangeId: string,
  { name, stop }: Pick<Component, 'stop'> & { name: ComponentName | BackupProcess },
  record: RunRecord | null,
): Promise<void> {
  const found = withEnvironment({ FIREDRILL_RANGE: rangeId, FIREDRILL_COMPONENT: name })
  const ours = new Set(record && liveness(record) !== 'gone' ? family(record.pid) : [])
  const strays = found.filter((pid) => !ours.has(pid)).flatMap((pid) => readStat(pid) ?? [])
  // Whoever leads a session leads all of it; the rest are what a leader left.
  const leaders = strays.filter((stat) => stat.session === stat.pid)
  await Promise.all(leaders.map(({ pid, startTicks }) => terminate({ pid, startTicks, nonce: '' }, stop)))
  await killAll(
    strays.filter((stat) => stat.session !== stat.pid && readStat(stat.pid)?.startTicks === stat.startTicks).map(({ pid }) => pid),
  )
}

/** Processes that carry a range's id and that no record accounts for. */
export function orphansOf(rangeId: string, records: readonly RunRecord[]): number[] {
  const processes = listProcesses()
  const owned = new Set(records.flatMap((record) => family(record.pid, processes)))
  return withEnvironment({ FIREDRILL_RANGE: rangeId }).filter((pid) => !owned.has(pid))
}

/** Kills processes that carry a range's id and that no record (nor `keep`) accounts for. Returns how many. */
export function endOrphans(rangeId: string, records: readonly RunRecord[], keep: ReadonlySet<number>): number {
  const orphans = orphansOf(rangeId, records).filter((pid) => !keep.has(pid) && pid !== process.ppid)
  for (const pid of orphans) send(pid, 'SIGKILL')
  return orphans.length
}
