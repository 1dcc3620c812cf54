import { scoreDrill, type Score } from '../drills/scoring.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'

export interface Debrief {
  drill: DrillState
  title: string
  score: Score
  cause: Scenario['cause']
  solution: Scenario['solution']
  /** Markdown by the scenario's author. */
  text: string
  events: DrillEvent[]
  skills: string[]
}

/** Everything about a finished drill: facts from its events, and the answer. */
export function debriefOf(state: DrillState, events: DrillEvent[], scenario: Scenario): Debrief {
  return {
    drill: state,
    title: scenario.title,
    score: scoreDrill(state, scenario),
    cause: scenario.cause,
    solution: scenario.solution,
    text: scenario.debrief,
    events,
    skills: scenario.skills,
  }
}
