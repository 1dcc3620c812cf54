import { FiredrillError, describeError } from '../../model/errors.ts'

/** Tells whether a component serves right now. Opens a new connection each time: one already open stays green in an outage. */
export interface Readiness {
  /** What is checked, for people. */
  readonly what: string
  /** Resolves when ready; rejects with the reason when not. Takes at most `timeoutMs`. */
  check(timeoutMs: number): Promise<void>
}

/** Polls until ready, for at most `deadlineMs`; throws `timed-out` with the last reason. */
export async function waitUntilReady(readiness: Readiness, deadlineMs: number, stillWorthWaiting: () => void = () => {}): Promise<void> {
  const giveUpAt = Date.now() + deadlineMs
  for (;;) {
    try {
      await readiness.check(2_000)
      return
    } catch (error) {
      stillWorthWaiting()
      if (Date.now() >= giveUpAt) {
        throw new FiredrillError('timed-out', `${readiness.what} did not answer within ${deadlineMs / 1000} s: ${describeError(error)}`, {
          cause: error,
        })
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
