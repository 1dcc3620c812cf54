import { setImmediate } from 'node:timers/promises'

interface Turns<Result> {
  result: Result
  /** The longest time that the main thread was blocked in one turn, in milliseconds: other work waits that long. */
  longestMs: number
  /** Total time of all turns. */
  inAllMs: number
}

/** The result of the work, and the thread's times meanwhile. */
export async function longestTurn<Result>(work: () => Promise<Result>): Promise<Turns<Result>> {
  let longestMs = 0
  let inAllMs = 0
  let isDone = false
  let since = process.threadCpuUsage()
  const working = work().finally(() => (isDone = true))
  // A rejection is reported when the promise is awaited.
  working.catch(() => {})
  while (!isDone) {
    await setImmediate()
    const { user, system } = process.threadCpuUsage(since)
    longestMs = Math.max(longestMs, (user + system) / 1_000)
    inAllMs += (user + system) / 1_000
    since = process.threadCpuUsage()
  }
  return { result: await working, longestMs, inAllMs }
}
