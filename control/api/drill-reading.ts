import { setImmediate } from 'node:timers/promises'
import type { Role } from '../../model/api.ts'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import { scenarioOf } from '../../drills/variants.ts'
import { isHidden } from '../blind.ts'
import type { ApiContext } from './context.ts'

/** How routes read drills: by what the ledger has of them, and so that none spoils the one that runs. */
export interface DrillReading {
  /** Throws `not-found`. */
  stateOf(id: string): DrillState
  /** To read thousands takes a while, if nobody has just read them: others have their turn before anything is made of them. */
  eventsOf(id: string): Promise<DrillEvent[]>
  /** What people have played; what `verify` does counts for nobody. */
  played(): DrillState[]
  /** Throws `wrong-state` for all but the instructor where an earlier drill would tell the answer of the one that runs. */
  mustNotSpoil(state: DrillState, role: Role | null): void
  /** One whose answer may be told. Throws `wrong-state` before it is finished, and `not-found` when its scenario is no longer installed. */
  finished(id: string, role: Role | null): { state: DrillState; scenario: Scenario }
  /** The same of a shift. Throws `bad-request` for a drill that is none. */
  finishedShift(id: string, role: Role | null): { state: DrillState; shift: ReadShift }
}

export function drillReading({
  ledger,
  engine,
  scenarios,
  shifts,
}: Pick<ApiContext, 'ledger' | 'engine' | 'scenarios' | 'shifts'>): DrillReading {
  const stateOf = (id: string): DrillState => {
    const state = ledger.drill(id)
    if (!state) throw new FiredrillError('not-found', `there is no drill ${id}`)
    return state
  }
  /** What was found out in an earlier drill would tell the answer of one that runs: it can be read again afterwards. */
  const mustNotSpoil = (state: DrillState, role: Role | null): void => {
    const running = engine.running()
    if (role === 'instructor' || !running || running.id === state.id) return
    // Whether it is refused would tell which scenario is played.
    if (isHidden(running)) throw new FiredrillError('wrong-state', 'a blind drill is running: earlier drills can be read when it is over')
    const incidents = state.shift ? (shifts.get(state.scenario)?.shift.incidents ?? []) : []
    if (running.scenario === state.scenario || incidents.some(({ scenario }) => scenario === running.scenario))
      throw new FiredrillError('wrong-state', 'the same scenario is being played: its earlier debriefs can be read when that drill is over')
  }
  const mustBeFinished = (id: string, role: Role | null): DrillState => {
    const state = stateOf(id)
    mustNotSpoil(state, role)
    // The answer is for afterwards, even for those who ask early.
    if (state.phase !== 'finished') throw new FiredrillError('wrong-state', 'the debrief can be read when the drill is finished')
    return state
  }
  return {
    stateOf,
    async eventsOf(id) {
      const events = ledger.events(id)
      await setImmediate()
      return events
    },
    mustNotSpoil,
    played: () =>
      ledger
        .drills()
        .flatMap((id) => ledger.drill(id) ?? [])
        .filter((state) => state.mode !== 'rehearsal'),
    finished(id, role) {
      const state = mustBeFinished(id, role)
      if (state.shift) throw new FiredrillError('bad-request', 'this is a shift: its debrief is at /api/drills/ID/shift')
      const scenario = scenarioOf(scenarios, state)
      if (!scenario) throw new FiredrillError('not-found', `the scenario '${state.scenario}' is not installed any more`)
      return { state, scenario }
    },
    finishedShift(id, role) {
      const state = mustBeFinished(id, role)
      if (!state.shift) throw new FiredrillError('bad-request', 'this drill is not a shift: its debrief is at /api/drills/ID/debrief')
      const shift = shifts.get(state.scenario)
      if (!shift) throw new FiredrillError('not-found', `the shift '${state.scenario}' is not installed any more`)
      return { state, shift }
    },
  }
}
