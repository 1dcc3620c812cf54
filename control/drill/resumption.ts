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

/** Resumes where the previous control plane stopped, at any moment. */
export class Resumption {
  readonly #deps: Dependencies
  /** How long no control plane ran before this one, in milliseconds. */
  readonly #goneMs: number
  #isDue = false

  /** Must be created before this control plane records that it is alive. */
  constructor(deps: Dependencies) {
    this.#deps = deps
    this.#goneMs = Date.now() - (deps.ledger.aliveAt() ?? Date.now())
    const open = deps.ledger.runningDrill()
    if (open) {
      deps.drill.load(open.id)
      this.#isDue = true
    }
  }

  /** Whether a drill of an earlier control plane has not been resumed yet: what happens meanwhile is added to its events. */
  get isDue(): boolean {
    return this.#isDue
  }

  /** Resumes the drill that ran when the control plane stopped, or restores the range if it was down too long. */
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
    // Half-injected and half-reverted faults are reverted; injected ones keep their deadline.
    await injector.revertUnfinished()
    if (goneMs >= leaseMs) await injector.revertAll().catch(() => [])
    if (!state) {
      // For a drill that had ended, and whose faults may not all have been reverted.
      const leftIn = injector.open().some((record) => record.drill !== null)
      if (leftIn || restoration.isOwed()) await restoration.run()
      return
    }
    if (drill.running()?.id !== state.id) return
    if (goneMs >= leaseMs) await ending.voidAsStood('the control plane was gone', goneMs)
    else if (lost.length > 0) await ending.voidAsTaken()
    // On a full disk it continues all the same, and the event is written when there is room.
    else drill.note(state.id, { type: 'control-resumed', goneMs })
  }
}
