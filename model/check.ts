import { z } from 'zod'
import { componentStatus } from './components.ts'
import { userHarm } from './drill-events.ts'

/** One sample of the range. It does not ask Prometheus, which a scenario may have broken. */
export const sample = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  components: z.array(componentStatus),
  users: userHarm.nullable().describe('Totals since Locust started, over all journeys; null when it does not answer.'),
  oldestUnfulfilledSeconds: z
    .number()
    .nullable()
    .describe('Age of the oldest order that is confirmed but not fulfilled; null when the database does not answer.'),
  backlog: z.number().nullable().describe('Messages waiting for the worker; null when the broker does not answer.'),
  deadLetters: z.number().nullable(),
  stalePrices: z
    .number()
    .nullable()
    .describe('Prices changed in the last two minutes whose old value the cache still shows; null when cache or database does not answer.'),
})
export type Sample = z.infer<typeof sample>

export const checkResult = z.object({ ok: z.boolean(), detail: z.string().describe('What was found, for people to read.') })
export type CheckResult = z.infer<typeof checkResult>

/** One aspect of a healthy range, judged from samples, oldest first; the last one is the current one. */
export interface Check {
  id: string
  title: string
  /** Whether users notice it: a drill is mitigated when these pass, and recovered when all do. */
  felt: boolean
  judge(samples: readonly Sample[]): CheckResult
}
