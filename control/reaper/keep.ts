import { liveness } from '../../range/targets/local/identity.ts'
import type { LocalTarget } from '../../range/targets/local/target.ts'

/** The control plane and the reaper watch one another: whichever is gone is started again by the other. */
export function keepReaper(target: LocalTarget): { stop(): void } {
  let starting = false
  const timer = setInterval(() => {
    const record = target.state.run('reaper')
    if (starting || !record || record.stopping || liveness(record) !== 'gone') return
    starting = true
    target
      .start('reaper')
      .catch((error: unknown) => process.stderr.write(`the reaper could not be started: ${String(error)}\n`))
      .finally(() => (starting = false))
  }, 1_000)
  return { stop: () => clearInterval(timer) }
}
