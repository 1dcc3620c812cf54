import { drillClock, type Actor, type AlertSummary } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { AlertReconciliation, type CurrentAlert } from '../alert-reconciliation.ts'
import type { CurrentDrill } from './current.ts'
import { alarmOf, alarmsIn } from './in-shift.ts'
import type { DrillFaults } from './faults.ts'
import type { Milestones } from './milestones.ts'

const comparedEveryMs = 3_000
/** A page that is not acknowledged by then goes to the secondary on call. */
const escalatedAfterMs = 180_000

interface Dependencies {
  drill: CurrentDrill
  faults: DrillFaults
  milestones: Milestones
  /** All alerts that Alertmanager has; null when it does not answer. */
  alerts?: (() => Promise<readonly CurrentAlert[] | null>) | undefined
}

/** The pages of the running drill. */
export class Pages {
  readonly #deps: Dependencies
  readonly #alerts = new AlertReconciliation()
  #comparedAt = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Records a page. Notifications arrive at least once, and sometimes twice. */
  receive(alert: AlertSummary, status: 'firing' | 'resolved'): void {
    const { drill, faults, milestones } = this.#deps
    const state = drill.running()
    // A page before any injection has begun does not belong to the drill; if it still fires then, the comparison finds it.
    if (!state || (state.lastInjectedAt === null && !faults.isGoingIn)) return
    const known = state.firing.some((firing) => firing.fingerprint === alert.fingerprint)
    if (status === 'firing' && !known) drill.append({ type: 'page-received', alert })
    if (status === 'resolved' && known) drill.append({ type: 'page-resolved', alert })
    milestones.reach()
  }

  /** Records pages and resolutions whose notification was lost. */
  async compare(): Promise<void> {
    const { drill, alerts } = this.#deps
    const before = drill.running()
    if (!before || before.lastInjectedAt === null || Date.now() - this.#comparedAt < comparedEveryMs) return
    this.#comparedAt = Date.now()
    const current = await alerts?.()
    const state = drill.running()
    if (!current || state?.id !== before.id) return
    const { over, unheard } = this.#alerts.look(state.firing, current, state.startedAt)
    for (const alert of over) this.receive(alert, 'resolved')
    for (const alert of unheard) this.receive(alert, 'firing')
  }

  /**
   * Acknowledges the pages, or in a shift those of one incident if its number is given. Throws `wrong-state` when there is nothing to acknowledge.
   */
  acknowledge(by?: Actor, number?: number): void {
    const { drill, milestones } = this.#deps
    const state = drill.mustAllow('acknowledge')
    if (state.pagedAt === null) throw new FiredrillError('wrong-state', 'there is no page to acknowledge yet')
    const waiting = (number === undefined ? alarmsIn(drill) : [alarmOf(drill, number)]).filter(({ isAcknowledged }) => !isAcknowledged)
    for (const alarm of waiting) drill.append({ type: 'page-acknowledged', incident: alarm.number }, by)
    if (!state.shift && state.milestones.acknowledged === null) drill.append({ type: 'page-acknowledged' }, by)
    milestones.reach()
  }

  /** A page that nobody acknowledges goes to the next person on call, as it would at work. */
  escalate(): void {
    const { drill } = this.#deps
    const state = drill.running()
    if (!state || state.pagedAt === null || state.escalatedAt !== null || state.milestones.acknowledged !== null) return
    const pagedAt = state.shift ? alarmsIn(drill).find(({ isAcknowledged, isOpen }) => isOpen && !isAcknowledged)?.pagedAt : state.pagedAt
    if (pagedAt === undefined) return
    // Skipped time does not count as waiting.
    const waitedMs = drillClock({ ...state, skips: [] }, Date.now()) - drillClock({ ...state, skips: [] }, pagedAt)
    if (waitedMs >= escalatedAfterMs) drill.append({ type: 'page-escalated', afterMs: waitedMs })
  }
}
