import type { Check, CheckResult, Sample } from '../../model/check.ts'
import { componentsReady } from './components-ready.ts'
import { ordersFulfilled } from './orders-fulfilled.ts'
import { pricesCurrent } from './prices-current.ts'
import { queueDrained } from './queue-drained.ts'
import { usersServed } from './users-served.ts'

export const checks: readonly Check[] = [usersServed, ordersFulfilled, pricesCurrent, componentsReady, queueDrained]

export interface Verdict {
  /** Everything is healthy. */
  healthy: boolean
  /** Users notice nothing. */
  usersFine: boolean
  results: (CheckResult & { id: string; title: string; felt: boolean })[]
}

/** Decides from samples whether the range is healthy, whatever made it so. */
export function judge(samples: readonly Sample[]): Verdict {
  const results = checks.map(({ id, title, felt, judge: decide }) => ({ id, title, felt, ...decide(samples) }))
  return {
    healthy: results.every((result) => result.ok),
    usersFine: results.filter((result) => result.felt).every((result) => result.ok),
    results,
  }
}
