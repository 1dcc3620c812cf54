import { until } from '../../model/until.ts'

/** Checks whether a component serves now. Opens a new connection each time: an existing one may stay up in an outage. */
export interface Readiness {
  /** What is checked, in words. */
  readonly what: string
  /** Resolves when ready; rejects with the reason when not. Takes at most `timeoutMs`. */
  check(timeoutMs: number): Promise<void>
}

/** Polls until ready, for at most `deadlineMs`; throws `timed-out` with the last reason. */
export async function waitUntilReady(readiness: Readiness, deadlineMs: number, stillWorthWaiting: () => void = () => {}): Promise<void> {
  const answers = () => readiness.check(2_000).then(() => true)
  const retries = () => {
    stillWorthWaiting()
    return true
  }
  await until(`${readiness.what} to answer`, deadlineMs, answers, { retries })
}
