import { judge, type Verdict } from '../../drills/checks/registry.ts'
import { verdictOf } from '../../drills/shifts/incidents.ts'
import { withTraffic } from '../../drills/traffic.ts'
import type { DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { CurrentAlert } from '../alert-reconciliation.ts'
import type { Restoration } from '../restoration.ts'
import type { Sampler } from '../sampler.ts'
import type { CurrentDrill } from './current.ts'
import type { UsualTraffic } from './usual-traffic.ts'

interface Dependencies {
  drill: CurrentDrill
  sampler: Sampler
  traffic: UsualTraffic
  restoration: Restoration
  /** All alerts that Alertmanager has; null when it does not answer. */
  alerts?: (() => Promise<readonly CurrentAlert[] | null>) | undefined
}

/** The health of the range, by the checks. */
export class RangeHealth {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  get verdict(): Verdict {
    const { drill, sampler, traffic } = this.#deps
    const samples = sampler.samples()
    const state = drill.running()
    // A drill that was made easier has fewer users.
    return withTraffic(judge(samples), samples, state && state.easedAt === null ? traffic.of(state.id) : null)
  }

  /** The verdict on the range since its last restore: earlier samples do not count. */
  async currentVerdict(): Promise<Verdict> {
    await this.#deps.sampler.seen(this.#deps.restoration.changedAt)
    return this.verdict
  }

  /** Throws `range-not-steady` for a range on which no drill may start now. */
  async mustBeSteady(): Promise<void> {
    const verdict = await this.currentVerdict()
    if (!verdict.healthy)
      throw new FiredrillError('range-not-steady', `the range is not steady (${failing(verdict).join('; ')}): wait, or run 'firedrill up'`)
    const firing = (await this.#deps.alerts?.())?.filter(({ severity }) => severity === 'page') ?? []
    if (firing.length > 0) {
      // An alert that fires already would not page again.
      const names = [...new Set(firing.map(({ name }) => name))].join(', ')
      throw new FiredrillError('range-not-steady', `the range is not steady (still firing: ${names}): wait until that has resolved`)
    }
  }

  /** Records the health in the running drill when it has changed. */
  note(verdict: Verdict): void {
    const { drill } = this.#deps
    const state = drill.running()
    if (!state) return
    for (const { incident, state: own } of drill.incidents()?.open ?? []) {
      const { healthy, results } = verdictOf(incident, verdict)
      if (isToldAgain(own, healthy))
        drill.append({ type: 'incident-health-changed', place: incident.place, healthy, failing: failing({ results }) })
    }
    if (isToldAgain(state, verdict.healthy)) drill.append({ type: 'health-changed', healthy: verdict.healthy, failing: failing(verdict) })
  }
}

/** Whether the current health is to be recorded. */
function isToldAgain(state: DrillState, healthy: boolean): boolean {
  // A check that failed before the first fault says nothing about the fault, so it is recorded again if it still fails.
  const toldOfFault = healthy || state.wasBroken || state.injectedSteps.length === 0
  return healthy !== state.healthy || !toldOfFault
}

const failing = ({ results }: Pick<Verdict, 'results'>): string[] =>
  results.filter(({ ok }) => !ok).map(({ title, detail }) => `${title}: ${detail}`)
