import path from 'node:path'
import { alertPages } from '../drills/shifts/noise.ts'
import { debriefOf } from './debrief.ts'
import { loadShifts, type ReadShift } from '../drills/shifts/read.ts'
import { scoreShift } from '../drills/shifts/scoring.ts'
import { drawnScenario } from '../drills/variants.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { FiredrillError } from '../model/errors.ts'
import type { Scenario } from '../model/scenario.ts'
import { judgeHandovers } from '../people/handover.ts'
import { communicationOf } from '../people/updates.ts'
import type { ShiftDebrief } from '../model/debrief.ts'

/** The shifts of a checkout. `told` receives those that have a mistake, which are left out. */
export const shiftsOf = (
  root: string,
  scenarios: ReadonlyMap<string, Scenario>,
  told: (mistake: FiredrillError) => void,
): Map<string, ReadShift> => loadShifts(path.join(root, 'shifts'), scenarios, told)

/** Everything that can be played, by id: scenarios, and shifts in the engine's form. */
export const playedWith = (scenarios: ReadonlyMap<string, Scenario>, shifts: ReadonlyMap<string, ReadShift>): Map<string, Scenario> =>
  new Map([...scenarios, ...[...shifts].map(([id, { played }]) => [id, played] as const)])

/** A finished shift, incident by incident. */
export function shiftDebriefOf(state: DrillState, events: readonly DrillEvent[], { shift, played }: ReadShift): ShiftDebrief {
  const drawn = drawnScenario(played, state)
  const score = scoreShift(state, events, shift, drawn)
  const scenarios = new Map((drawn.incidents ?? []).map(({ place, scenario }) => [place, scenario]))
  return {
    drill: state,
    shift: shift.id,
    title: shift.title,
    text: shift.debrief,
    total: score.total,
    triage: score.triage,
    handover: score.handover,
    incidents: score.incidents.flatMap(({ place, urgency, why, drill }) => {
      const scenario = scenarios.get(place)
      if (!drill || !scenario) return []
      const {
        events: _,
        tries: __,
        handovers: ___,
        communication: ____,
        again: _____,
        ...debrief
      } = debriefOf({ ...drill.state, mode: state.mode }, [...drill.events], scenario, [])
      return [{ place, number: drill.number, urgency, why, beganAt: drill.state.startedAt, debrief }]
    }),
    missed: score.incidents.flatMap(({ drill, forestalled, title }) => (drill || forestalled ? [] : [title])),
    forestalled: score.incidents.flatMap(({ forestalled, title }) => (forestalled ? [title] : [])),
    noise: alertPages(shift, drawn, events),
    communication: communicationOf(state, drawn),
    handovers: judgeHandovers(state, events, drawn),
    seed: state.seed,
  }
}
