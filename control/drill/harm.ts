import type { Sample } from '../../model/check.ts'
import { minusHarm, type DrillState, type UserHarm } from '../../model/drill.ts'
import type { Sampler } from '../sampler.ts'
import type { CurrentDrill } from './current.ts'

const reportedEveryMs = 5_000

/** The harm to users in the running drill. */
export class Harm {
  readonly #drill: CurrentDrill
  readonly #sampler: Sampler
  #reportedAt = 0

  constructor(drill: CurrentDrill, sampler: Sampler) {
    this.#drill = drill
    this.#sampler = sampler
  }

  /** Records it when it has changed, every few seconds. */
  report(sample: Sample): void {
    if (Date.now() - this.#reportedAt >= reportedEveryMs) this.#report(sample)
  }

  /** Records its current value. */
  reportAtOnce(): void {
    const last = this.#sampler.samples().at(-1)
    if (last) this.#report(last)
  }

  #report({ users }: Sample): void {
    const state = this.#drill.running()
    if (!state || !users) return
    this.#reportedAt = Date.now()
    const harm = minusHarm(since(state.usersBefore, users), state.harmPaused)
    if (JSON.stringify(harm) !== JSON.stringify(state.harm)) this.#drill.append({ type: 'harm-measured', harm })
  }

  /** The harm in a pause so far: everything that was not recorded before it. */
  inPause(state: DrillState): UserHarm {
    const users = this.#sampler.samples().at(-1)?.users
    return users ? minusHarm(minusHarm(since(state.usersBefore, users), state.harm), state.harmPaused) : { good: 0, slow: 0, failed: 0 }
  }
}

/** The harm since then; a restarted Locust counts from 0 again. */
function since(before: UserHarm | null, now: UserHarm): UserHarm {
  if (!before || now.good < before.good) return now
  return { good: now.good - before.good, slow: now.slow - before.slow, failed: now.failed - before.failed }
}
