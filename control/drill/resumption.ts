import type { DrillState } from '../../model/drill.ts'
import type { Injector } from '../injector.ts'
import { leaseMs } from '../lease.ts'
import type { Ledger } from '../ledger.ts'
import type { Restoration } from '../restoration.ts'
import type { CurrentDrill } from './current.ts'
import type { Ending } from './ending.ts'
import type { DrillFaults } from './faults.ts'

interface Dependencies {
  drill: CurrentDrill
  ledger: Ledger
  injector: Injector
  faults: DrillFaults
  ending: Ending
  restoration: Restoration
}

/** Goes on where the control plane before this one has stopped, at any moment. */
export class Resumption {
  readonly #deps: Dependencies
  /** How long there was no control plane before this one, in milliseconds. */
  readonly #goneMs: number
  #isDue = false

  /** To be made before this control plane tells the ledger that it is alive. */
  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#goneMs = Date.now() - (deps.ledger.aliveAt() ?? Date.now())
    const open = deps.ledger.runningDrill()
    if (open) {
      deps.drill.load(open.id)
      this.#isDue = true
    }
  }

  /** Whether a drill of an earlier control plane has not been taken up yet: what happens meanwhile is among its events. */
  get isDue(): boolean {
    return this.#isDue
  }

  /** Takes up the drill that was running when the control plane went away, or restores the range when it was gone too long. */
  async run(): Promise<void> {
    try {
      await this.#takeUp(this.#isDue ? this.#deps.drill.running() : null)
    } finally {
      this.#isDue = false
    }
  }

  async #takeUp(state: DrillState | null): Promise<void> {
    const { drill, injector, faults, ending, restoration } = this.#deps
    const goneMs = this.#goneMs
    const lost = state ? faults.takenOut().lost : []
    // What was on its way in or out when the control plane went is taken out; what stood keeps to its limit.
    await injector.revertUnfinished()
    if (goneMs >= leaseMs) await injector.revertAll().catch(() => [])
    if (!state) {
      // Of a drill that had ended, and of which more may be in than could be taken out.
      const leftIn = injector.open().some((record) => record.drill !== null)
      if (leftIn || restoration.isOwed()) await restoration.run()
      return
    }
    if (drill.running()?.id !== state.id) return
    if (goneMs >= leaseMs) await ending.voidAsStood('the control plane was gone', goneMs)
    else if (lost.length > 0) await ending.voidAsTaken()
    // With a full disk it goes on all the same, and is told when there is room.
    else drill.note(state.id, { type: 'control-resumed', goneMs })
  }
}
