import { affectedQuery } from '../drills/affected-orders.ts'
import { alertQuality, type AlertQuality } from '../drills/alert-quality.ts'
import { scoreDrill, type Score } from '../drills/scoring.ts'
import type { CheckedList } from '../model/affected.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import { budgetBurnt } from '../drills/scoring.ts'
import { judgeHandovers, type JudgedHandover } from '../people/handover.ts'
import { communicationOf, type Communication } from '../people/updates.ts'
import { milestoneNames, type MilestoneName, type Scenario, type ViewKind } from '../model/scenario.ts'
import { storyOf, type StorySentence } from '../drills/told-story.ts'

export interface Debrief {
  drill: DrillState
  title: string
  score: Score
  cause: Scenario['cause']
  solution: Scenario['solution']
  /** Where the cause could be seen, and whether somebody looked there. */
  places: { view: ViewKind; component: string; seen: boolean }[]
  /** Error budget burnt, as a multiple of what the drill's time allowed; null when nobody used the shop. */
  budgetBurnt: number | null
  /** Markdown by the scenario's author. */
  text: string
  /** By which the same is played again; null for a scenario that is always the same. */
  again: { seed: number; variant: string | null } | null
  /** A public postmortem of a real incident of this kind. */
  reading: Scenario['reading'] | null
  /** What happened, in sentences. */
  story: StorySentence[]
  /** When the reference solution reaches each milestone, in milliseconds of the drill's clock. */
  reference: { milestone: MilestoneName; parMs: number }[]
  events: DrillEvent[]
  skills: string[]
  alerts: AlertQuality
  /** How others were told, where the scenario has people. */
  communication: Communication | null
  /** What was written for whoever joined later, oldest first. */
  handovers: JudgedHandover[]
  /** Lists of affected orders, as they were compared with the database when they were handed in; with how they are found by hand. */
  affected: (CheckedList & { at: number; query: string })[]
  /** Earlier and later tries at the same scenario, oldest first, this one among them. */
  tries: { id: string; at: number; trainee: string; score: number; assisted: boolean }[]
}

/** Everything about a finished drill: facts from its events, and the answer. */
export function debriefOf(state: DrillState, events: DrillEvent[], scenario: Scenario, others: DrillState[]): Debrief {
  return {
    drill: state,
    title: scenario.title,
    score: scoreDrill(state, scenario),
    cause: scenario.cause,
    solution: scenario.solution,
    places: scenario.located.map(({ view, component }) => ({
      view,
      component,
      seen: events.some((event) => event.type === 'place-viewed' && event.view === view && event.component === component),
    })),
    budgetBurnt: budgetBurnt(state.harm),
    text: scenario.debrief,
    again: scenario.versions ? { seed: state.seed, variant: state.variant } : null,
    reading: scenario.reading ?? null,
    story: storyOf(state, events, scenario),
    reference: milestoneNames.map((milestone) => ({ milestone, parMs: scenario.milestones[milestone].par })),
    events,
    skills: scenario.skills,
    alerts: alertQuality(events, scenario),
    communication: communicationOf(state, scenario),
    handovers: judgeHandovers(state, events, scenario),
    affected: events.flatMap((event) => {
      if (event.type !== 'affected-checked') return []
      const { at, kind, listed, right, missing, wrong, examples } = event
      return [{ at, kind, listed, right, missing, wrong, examples, query: affectedQuery(kind, state.startedAt) }]
    }),
    tries: others
      .filter((other) => other.scenario === state.scenario && other.phase === 'finished')
      .toSorted((a, b) => a.startedAt - b.startedAt)
      .map((other) => {
        const { total, assisted } = scoreDrill(other, scenario)
        return { id: other.id, at: other.startedAt, trainee: other.trainee, score: total, assisted }
      }),
  }
}
