import path from 'node:path'
import { alertPages } from '../drills/shifts/noise.ts'
import { debriefOf, type Debrief } from './debrief.ts'
import { loadShifts, type ReadShift } from '../drills/shifts/read.ts'
import { scoreShift, type ShiftScore } from '../drills/shifts/scoring.ts'
import { drawnScenario } from '../drills/variants.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { FiredrillError } from '../model/errors.ts'
import type { Scenario, Urgency } from '../model/scenario.ts'
import { judgeHandovers, type JudgedHandover } from '../people/handover.ts'
import { communicationOf, type Communication } from '../people/updates.ts'

/** The shifts of a checkout. `told` gets what has a mistake, which is left out. */
export const shiftsOf = (
  root: string,
  scenarios: ReadonlyMap<string, Scenario>,
  told: (mistake: FiredrillError) => void,
): Map<string, ReadShift> => loadShifts(path.join(root, 'shifts'), scenarios, told)

/** All that can be played, by its id: scenarios, and shifts as the engine plays them. */
export const playedWith = (scenarios: ReadonlyMap<string, Scenario>, shifts: ReadonlyMap<string, ReadShift>): Map<string, Scenario> =>
  new Map([...scenarios, ...[...shifts].map(([id, { played }]) => [id, played] as const)])

export interface ShiftIncidentDebrief {
  /** In the order in which they began, from 1. */
  place: number
  /** By which it was known, in the order in which they paged; null for one that never did. */
  number: number | null
  urgency: Urgency
  why: string
  /** When it began, in milliseconds since the epoch. */
  beganAt: number
  debrief: Omit<Debrief, 'events' | 'tries' | 'handovers' | 'communication' | 'again'>
}

/** Everything about a shift that is over. */
export interface ShiftDebrief {
  drill: DrillState
  shift: string
  title: string
  /** Markdown by the shift's author. */
  text: string
  total: number
  /** The mean of the incidents' scores is the rest of it. */
  triage: ShiftScore['triage']
  handover: ShiftScore['handover']
  incidents: ShiftIncidentDebrief[]
  /** Titles of incidents for which the shift did not last. */
  missed: string[]
  /** Titles of slow burns that were fixed while they were tickets. */
  forestalled: string[]
  noise: { what: string; at: number | null; pages: number }[]
  communication: Communication | null
  handovers: JudgedHandover[]
  /** By which the same is played again. */
  seed: number
}

/** A shift that is over, incident by incident. */
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
