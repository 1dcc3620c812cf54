import { setImmediate } from 'node:timers/promises'
import type { Role } from '../../model/api.ts'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import { scenarioOf } from '../../drills/variants.ts'
import { isHidden } from '../blind.ts'
import type { ApiContext } from './context.ts'

/** How routes read drills from the ledger, without spoiling the running one. */
export interface DrillReading {
  /** Throws `not-found`. */
  stateOf(id: string): DrillState
  /** Reading thousands of drills takes a while if they are not cached, so other requests are served in between. */
  eventsOf(id: string): Promise<DrillEvent[]>
  /** Drills that people played; rehearsals by `verify` are left out. */
  played(): DrillState[]
  /** Throws `wrong-state`, except for the instructor, if an earlier drill would reveal the answer of the running one. */
  mustNotSpoil(state: DrillState, role: Role | null): void
  /** A drill whose answer may be read. Throws `wrong-state` before it is finished, and `not-found` when its scenario is no longer installed. */
  finished(id: string, role: Role | null): { state: DrillState; scenario: Scenario }
  /** The same for a shift. Throws `bad-request` for a drill that is not a shift. */
  finishedShift(id: string, role: Role | null): { state: DrillState; shift: ReadShift }
}

/** Drills as the routes read them: from the ledger, and only what whoever asks may see. */
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
  /** An earlier drill would reveal the answer of the running one: it can be read again afterwards. */
  const mustNotSpoil = (state: DrillState, role: Role | null): void => {
    const running = engine.running()
    if (role === 'instructor' || !running || running.id === state.id) return
    // A refusal for only some drills would reveal which scenario is played.
    if (isHidden(running)) throw new FiredrillError('wrong-state', 'a blind drill is running: earlier drills can be read when it is over')
    const incidents = state.shift ? (shifts.get(state.scenario)?.shift.incidents ?? []) : []
    if (running.scenario === state.scenario || incidents.some(({ scenario }) => scenario === running.scenario))
      throw new FiredrillError('wrong-state', 'the same scenario is being played: its earlier debriefs can be read when that drill is over')
  }
  const mustBeFinished = (id: string, role: Role | null): DrillState => {
    const state = stateOf(id)
    mustNotSpoil(state, role)
    // The answer is available only afterwards, whoever asks.
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
