import { FiredrillError, describeError } from './errors.ts'

type Nothing = null | undefined | false
type Condition<Value> = () => Value | Nothing | Promise<Value | Nothing>

interface Polling {
  /** Milliseconds between two looks; 100 by default. */
  everyMs?: number
  /** Whether an error that the condition throws means "not yet". By default it ends the wait, and is thrown. */
  retries?: (error: unknown) => boolean
}

/**
 * Waits until a condition gives something other than null, undefined and false, and resolves to that. Throws `timed-out` when it has not within
 * `deadlineMs`: what was waited for, for how long, and the last error where errors are retried. The condition is asked at least once.
 */
export async function until<Value>(
  what: string,
  deadlineMs: number,
  condition: Condition<Value>,
  polling: number | Polling = {},
): Promise<Value> {
  const { everyMs, retries = () => false } = typeof polling === 'number' ? { everyMs: polling } : polling
  let last: unknown
  const attempt = async (): Promise<Value | Nothing> => {
    try {
      return await condition()
    } catch (error) {
      if (!retries(error)) throw error
      last = error
      return null
    }
  }
  const value = await poll(deadlineMs, attempt, everyMs)
  if (value !== null) return value
  const why = last === undefined ? '' : `: ${describeError(last)}`
  throw new FiredrillError('timed-out', `timed out after ${deadlineMs / 1_000} s waiting for ${what}${why}`, { cause: last })
}

/** As `until`, for those to whom time that is up is no error, or one of their own: resolves to null then. */
export async function poll<Value>(deadlineMs: number, condition: Condition<Value>, everyMs = 100): Promise<Value | null> {
  // A clock that is never set. Sleeps are the global timer's: simulations and tests replace that one.
  const giveUpAt = performance.now() + deadlineMs
  for (;;) {
    const value = await condition()
    if (value !== null && value !== undefined && value !== false) return value
    if (performance.now() > giveUpAt) return null
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
