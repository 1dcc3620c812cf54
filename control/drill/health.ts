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
  /** All that Alertmanager has; null when it does not answer. */
  alerts?: (() => Promise<readonly CurrentAlert[] | null>) | undefined
}

/** Whether the range is healthy, by the checks. */
export class RangeHealth {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  get verdict(): Verdict {
    const { drill, sampler, traffic } = this.#deps
    const samples = sampler.samples()
    const state = drill.running()
    // Who had it made easier has fewer users.
    return withTraffic(judge(samples), samples, state && state.easedAt === null ? traffic.of(state.id) : null)
  }

  /** The verdict on the range as it is since it was last restored: what was seen before says nothing of it. */
  async currentVerdict(): Promise<Verdict> {
    await this.#deps.sampler.seen(this.#deps.restoration.changedAt)
    return this.verdict
  }

  /** Throws `range-not-steady` for a range on which no drill may begin now. */
  async mustBeSteady(): Promise<void> {
    const verdict = await this.currentVerdict()
    if (!verdict.healthy)
      throw new FiredrillError('range-not-steady', `the range is not steady (${failing(verdict).join('; ')}): wait, or run 'firedrill up'`)
    const firing = (await this.#deps.alerts?.())?.filter(({ severity }) => severity === 'page') ?? []
    if (firing.length > 0) {
      // An alert that fires already does not page once more.
      const names = [...new Set(firing.map(({ name }) => name))].join(', ')
      throw new FiredrillError('range-not-steady', `the range is not steady (still firing: ${names}): wait until that has resolved`)
    }
  }

  /** Notes in the drill that runs when it has changed. */
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

/** Whether it is to be noted how the range is. */
function isToldAgain(state: DrillState, healthy: boolean): boolean {
  // What failed before anything was broken says nothing of what is broken now: told once more when it still does.
  const toldOfFault = healthy || state.wasBroken || state.injectedSteps.length === 0
  return healthy !== state.healthy || !toldOfFault
}

const failing = ({ results }: Pick<Verdict, 'results'>): string[] =>
  results.filter(({ ok }) => !ok).map(({ title, detail }) => `${title}: ${detail}`)
