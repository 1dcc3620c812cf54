import { z } from 'zod'
import { componentStatus } from './components.ts'
import { userHarm } from './drill-events.ts'

/** What was seen of the range at one moment, without asking the Prometheus that a scenario may have broken. */
export const sample = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  components: z.array(componentStatus),
  users: userHarm.nullable().describe('Totals since Locust started, over all journeys; null when it does not answer.'),
  oldestUnfulfilledSeconds: z
    .number()
    .nullable()
    .describe('Age of the oldest order that is confirmed and not fulfilled; null when the database does not answer.'),
  backlog: z.number().nullable().describe('Messages that wait for the worker; null when the broker does not answer.'),
  deadLetters: z.number().nullable(),
  stalePrices: z
    .number()
    .nullable()
    .describe('Prices changed in the last two minutes that the cache still shows as they were; null when one of them does not answer.'),
})
export type Sample = z.infer<typeof sample>

export const checkResult = z.object({ ok: z.boolean(), detail: z.string().describe('What was found, for people.') })
export type CheckResult = z.infer<typeof checkResult>

/** One aspect of a healthy range, judged from samples, oldest first; the last is now. */
export interface Check {
  id: string
  title: string
  /** Whether users feel it: a drill is mitigated when these pass, and recovered when all do. */
  felt: boolean
  judge(samples: readonly Sample[]): CheckResult
}
