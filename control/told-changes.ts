import type { Role } from '../model/api.ts'
import type { DrillState } from '../model/drill.ts'
import type { Deployment, FlagChange } from '../model/range.ts'

/** The name under which the range rolls back a drill's deploys: to trainees it would reveal a fault. */
const ours = 'firedrill'
/** The name under which faults are deployed. */
const pipeline = 'delivery pipeline'
const flagService = 'product team'

/**
 * Deploys as a role may see them. While a drill runs, its trainees see those since it started: deploys of earlier drills, and their rollbacks, would
 * reveal those drills' faults. Nothing earlier is active, because a drill starts on a fresh range.
 */
export const toldDeployments = (history: readonly Deployment[], role: Role | null, running: DrillState | null): Deployment[] =>
  told(history, role, running, pipeline)

/** The same for changes of feature flags. */
export const toldFlags = (history: readonly FlagChange[], role: Role | null, running: DrillState | null): FlagChange[] =>
  told(history, role, running, flagService)

function told<Change extends { at: string; by: string }>(
  history: readonly Change[],
  role: Role | null,
  running: DrillState | null,
  name: string,
): Change[] {
  if (role === 'instructor' || !running) return [...history]
  return history
    .filter(({ at }) => Date.parse(at) >= running.startedAt)
    .map((change) => (change.by === ours ? { ...change, by: name } : change))
}
