import { setImmediate } from 'node:timers/promises'

interface Turns<Result> {
  result: Result
  /** The most that this thread had to do in one turn, in milliseconds: whatever else there is waits for that. */
  longestMs: number
  /** What it had to do in all turns. */
  inAllMs: number
}

/** What came of the work, and of this thread meanwhile. */
export async function longestTurn<Result>(work: () => Promise<Result>): Promise<Turns<Result>> {
  let longestMs = 0
  let inAllMs = 0
  let isDone = false
  let since = process.threadCpuUsage()
  const working = work().finally(() => (isDone = true))
  // What it fails of is told when it is awaited.
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
