import type { Role } from '../model/api.ts'
import type { DrillState } from '../model/drill.ts'
import type { Deployment } from '../model/range.ts'

/** Under this name the range takes back what a drill has deployed: to its trainees it would say that it was a fault. */
const ours = 'firedrill'
/** By which faults are deployed. */
const pipeline = 'delivery pipeline'

/**
 * Deployments as a role is told them. While a drill runs, its trainees are told those since it began: what earlier drills have deployed, and what was taken
 * back after them, would tell what they were. Nothing earlier is active then, because a drill begins on a fresh range.
 */
export function toldDeployments(history: readonly Deployment[], role: Role | null, running: DrillState | null): Deployment[] {
  if (role === 'instructor' || !running) return [...history]
  return history
    .filter(({ at }) => Date.parse(at) >= running.startedAt)
    .map((deployment) => (deployment.by === ours ? { ...deployment, by: pipeline } : deployment))
}
