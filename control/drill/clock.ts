import { drillClock, type Actor, type DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { CurrentDrill } from './current.ts'
import type { Harm } from './harm.ts'

/** A pause ends by itself, so that no fault stays injected because somebody forgot it. */
const longestPauseMs = 30 * 60_000

interface Dependencies {
  drill: CurrentDrill
  harm: Harm
}

/** The time of a drill. The deadlines of its faults move with it. */
export class DrillClock {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Stops the drill's clock, for a discussion or a break; the faults stay injected, and their deadlines move. */
  pause(by?: Actor): void {
    const { drill, harm } = this.#deps
    drill.mustAllow('pause')
    harm.reportAtOnce()
    // By the maximum length of a pause: the end of the pause takes back what was not used.
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

  /** Extends the time of the drill, and the deadlines of its injected faults. */
  extend(byMs: number): void {
    const { drill } = this.#deps
    drill.mustAllow('extend')
    drill.appendAndExtend({ type: 'time-extended', byMs }, byMs)
  }

  /** Advances a shift's clock to the next planned step; returns by how much, in milliseconds. Throws `wrong-state` if nothing more is planned. */
  skip(): number {
    const { drill } = this.#deps
    const state = drill.mustAllow('skip')
    if (!state.shift) throw new FiredrillError('unsupported', 'only what is planned in a shift can be brought forward')
    const next = drill.played(state).timeline.find((_, step) => drill.isPending(state, step))
    if (!next) throw new FiredrillError('wrong-state', 'nothing more is planned in this shift')
    const byMs = Math.round(next.at - drillClock(state, Date.now()))
    // Injected faults lose as much time as the shift.
    if (byMs > 0) drill.appendAndExtend({ type: 'time-skipped', byMs }, -byMs)
    return Math.max(0, byMs)
  }
}

/** How long a pause has lasted so far. The machine's clock may have been set back meanwhile. */
const pausedMsOf = ({ pauses }: DrillState): number => Math.max(0, Date.now() - (pauses.at(-1)?.from ?? Infinity))
