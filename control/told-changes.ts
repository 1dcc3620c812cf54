import type { Role } from '../model/api.ts'
import type { DrillState } from '../model/drill.ts'
import type { Deployment } from '../model/range.ts'

/** The name under which the range rolls back a drill's deploys: to trainees it would reveal a fault. */
const ours = 'firedrill'
/** The name under which faults are deployed. */
const pipeline = 'delivery pipeline'

/**
 * Deploys as a role may see them. While a drill runs, its trainees see those since it started: deploys of earlier drills, and their rollbacks, would
 * reveal those drills' faults. Nothing earlier is active, because a drill starts on a fresh range.
 */
export function toldDeployments(history: readonly Deployment[], role: Role | null, running: DrillState | null): Deployment[] {
  if (role === 'instructor' || !running) return [...history]
  return history
    .filter(({ at }) => Date.parse(at) >= running.startedAt)
    .map((deployment) => (deployment.by === ours ? { ...deployment, by: pipeline } : deployment))
}
