import { affectedQuery } from '../drills/affected-orders.ts'
import { alertQuality } from '../drills/alert-quality.ts'
import { scoreDrill } from '../drills/scoring.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import { budgetBurnt } from '../drills/scoring.ts'
import { judgeHandovers } from '../people/handover.ts'
import { communicationOf } from '../people/updates.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import { storyOf } from '../drills/told-story.ts'
import type { Debrief } from '../model/debrief.ts'

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
