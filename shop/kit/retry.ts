import { setTimeout as delay } from 'node:timers/promises'

/**
 * Retries until success, waiting a little longer each time; gives up with the last error after `deadlineMs`, or with an `AbortError` when the signal
 * aborts during a wait. `model/until.ts` is for conditions, and the shop imports nothing from outside.
 */
export async function untilItWorks<Result>(
  attempt: () => Promise<Result>,
  { deadlineMs, onFailure, signal }: { deadlineMs: number; onFailure?: (error: unknown) => void; signal?: AbortSignal },
): Promise<Result> {
  const giveUpAt = Date.now() + deadlineMs
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 1.6, 1_000)) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() + waitMs > giveUpAt) throw error
      onFailure?.(error)
      await delay(waitMs, undefined, { signal })
    }
  }
}
