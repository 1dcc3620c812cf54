import type { ComponentName } from '../../model/components.ts'
import { describeError } from '../../model/errors.ts'

/** Restarts a component if it is down; returns whether it was. */
type Revive = (name: ComponentName) => Promise<boolean>

/**
 * The control plane, the reaper and the supervisor monitor one another, as do an agent and its host's supervisor: whichever is down is restarted by
 * another.
 */
export function keep(revive: Revive, names: readonly ComponentName[], everyMs: number): { stop(): void } {
  const timers = names.map((name) => {
    let starting = false
    return setInterval(() => {
      if (starting) return
      starting = true
      revive(name)
        .then(
          (revived) => void (revived && process.stdout.write(`${name} was gone: started again\n`)),
          (error: unknown) => void process.stderr.write(`${name} could not be started: ${describeError(error)}\n`),
        )
        .finally(() => (starting = false))
    }, everyMs)
  })
  return { stop: () => timers.forEach((timer) => clearInterval(timer)) }
}
