import type { ComponentStatus } from './components.ts'

/** What was seen of the range at one moment, without asking the Prometheus that a scenario may have broken. */
export interface Sample {
  /** Milliseconds since the epoch. */
  at: number
  components: ComponentStatus[]
  /** Totals since Locust started, over all journeys; null when it does not answer. */
  users: { good: number; slow: number; failed: number } | null
  /** Age of the oldest order that is confirmed and not fulfilled, in seconds; null when the database does not answer. */
  oldestUnfulfilledSeconds: number | null
  /** Messages that wait for the worker; null when the broker does not answer. */
  backlog: number | null
  deadLetters: number | null
  /** Prices changed in the last two minutes that the cache still shows as they were; null when one of them does not answer. */
  stalePrices: number | null
}

export interface CheckResult {
  ok: boolean
  /** What was found, for people. */
  detail: string
}

/** One aspect of a healthy range, judged from samples, oldest first; the last is now. */
export interface Check {
  id: string
  title: string
  /** Whether users feel it: a drill is mitigated when these pass, and recovered when all do. */
  felt: boolean
  judge(samples: readonly Sample[]): CheckResult
}
