import { drillClock, type Actor, type DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { CurrentDrill } from './current.ts'
import type { Harm } from './harm.ts'

/** A pause ends by itself: no fault stays in for longer because somebody forgot it. */
const longestPauseMs = 30 * 60_000

interface Dependencies {
  drill: CurrentDrill
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
    const { drill, harm } = this.#deps
    drill.mustAllow('pause')
    harm.reportAtOnce()
    // At least as long as the pause may be: what is left over is taken back at its end.
    drill.appendAndExtend({ type: 'drill-paused' }, longestPauseMs, by)
  }

  continue(by?: Actor): void {
    const { drill, harm } = this.#deps
    const state = drill.mustAllow('continue')
    const pausedMs = pausedMsOf(state)
    drill.appendAndExtend({ type: 'drill-continued', pausedMs, harm: harm.inPause(state) }, pausedMs - longestPauseMs, by)
  }

  continueIfForgotten(state: DrillState): void {
    if (pausedMsOf(state) > longestPauseMs) this.continue()
  }

  /** More time, for those who play and for the faults that are in. */
  extend(byMs: number): void {
    const { drill } = this.#deps
    drill.mustAllow('extend')
    drill.appendAndExtend({ type: 'time-extended', byMs }, byMs)
  }

  /** Brings what is planned next in a shift forward to now; returns by how much, in milliseconds. Throws `wrong-state` where nothing more is planned. */
  skip(): number {
    const { drill } = this.#deps
    const state = drill.mustAllow('skip')
    if (!state.shift) throw new FiredrillError('unsupported', 'only what is planned in a shift can be brought forward')
    const next = drill.played(state).timeline.find((_, step) => drill.isPending(state, step))
    if (!next) throw new FiredrillError('wrong-state', 'nothing more is planned in this shift')
    const byMs = Math.round(next.at - drillClock(state, Date.now()))
    // What is in has as much less time as the shift.
    if (byMs > 0) drill.appendAndExtend({ type: 'time-skipped', byMs }, -byMs)
    return Math.max(0, byMs)
  }
}

/** How long a pause has lasted by now. A clock may be set back meanwhile. */
const pausedMsOf = ({ pauses }: DrillState): number => Math.max(0, Date.now() - (pauses.at(-1)?.from ?? Infinity))
