import type { Sample } from '../model/check.ts'
import type { Verdict } from './checks/registry.ts'

/** A shop that turns most of its customers away is not healthy, however well it serves the rest. */
export const leastShare = 0.3
const windowMs = 5_000

/** Responses to users per second, over the last seconds; null if too little is known. A restarted Locust counts from zero. */
export function trafficOf(samples: readonly Sample[]): number | null {
  const known = samples.filter((sample) => sample.users !== null)
  const last = known.at(-1)
  const first = known.findLast((sample) => last !== undefined && last.at - sample.at >= windowMs)
  if (!last?.users || !first?.users) return null
  const answers = total(last.users) - total(first.users)
  return answers < 0 ? null : (answers * 1_000) / (last.at - first.at)
}

const total = ({ good, slow, failed }: NonNullable<Sample['users']>): number => good + slow + failed

/** The verdict on a range that had this traffic before it was broken (responses per second): with far less, users are not served. */
export function withTraffic(verdict: Verdict, samples: readonly Sample[], usual: number | null): Verdict {
  const now = trafficOf(samples)
  if (usual === null || now === null || now >= leastShare * usual) return verdict
  const detail = `users get ${now.toFixed(1)} answers a second, of ${usual.toFixed(1)} before`
  return {
    healthy: false,
    usersFine: false,
    results: [...verdict.results, { id: 'users-come', title: 'Users come as they did', felt: true, ok: false, detail }],
  }
}
