import type { Actor, DrillState } from '../../model/drill.ts'
import type { Ledger } from '../ledger.ts'
import type { CurrentDrill } from './current.ts'
import type { Harm } from './harm.ts'

/** A pause ends by itself: no fault stays in for longer because somebody forgot it. */
const longestPauseMs = 30 * 60_000

interface Dependencies {
  drill: CurrentDrill
  ledger: Ledger
  harm: Harm
}

/** The time that a drill has. The deadlines of its faults move with it. */
export class DrillClock {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Stops the drill's clock, for a talk or a break; the faults stay in, and their limits move. */
  pause(by?: Actor): void {
    const { drill, ledger, harm } = this.#deps
    const { id } = drill.mustAllow('pause')
    harm.reportAtOnce()
    drill.append({ type: 'drill-paused' }, by)
    // At least as long as the pause may be: what is left over is taken back at its end.
    ledger.extendFaults(id, longestPauseMs)
  }

  continue(by?: Actor): void {
    const { drill, ledger, harm } = this.#deps
    const state = drill.mustAllow('continue')
    // A clock may be set back meanwhile.
    const pausedMs = Math.max(0, Date.now() - (state.pauses.at(-1)?.from ?? Date.now()))
    drill.append({ type: 'drill-continued', pausedMs, harm: harm.inPause(state) }, by)
    ledger.extendFaults(state.id, pausedMs - longestPauseMs)
  }

  continueIfForgotten({ pauses }: DrillState): void {
    if (Date.now() - (pauses.at(-1)?.from ?? 0) > longestPauseMs) this.continue()
  }

  /** More time, for those who play and for the faults that are in. */
  extend(byMs: number): void {
    const { drill, ledger } = this.#deps
    const { id } = drill.mustAllow('extend')
    drill.append({ type: 'time-extended', byMs })
    ledger.extendFaults(id, byMs)
  }
}
