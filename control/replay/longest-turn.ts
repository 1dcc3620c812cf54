import { setImmediate } from 'node:timers/promises'

/** What came of the work, and the most that this thread had to do in one turn meanwhile, in milliseconds: whatever else there is waits for that. */
export async function longestTurn<Result>(work: () => Promise<Result>): Promise<{ result: Result; longestMs: number }> {
  let longestMs = 0
  let isDone = false
  let since = process.threadCpuUsage()
  const working = work().finally(() => (isDone = true))
  // What it fails of is told when it is awaited.
  working.catch(() => {})
  while (!isDone) {
    await setImmediate()
    const { user, system } = process.threadCpuUsage(since)
    longestMs = Math.max(longestMs, (user + system) / 1_000)
    since = process.threadCpuUsage()
  }
  return { result: await working, longestMs }
}
