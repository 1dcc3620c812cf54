import type { DrillState } from '../model/drill.ts'
import { median } from '../model/middle.ts'
import type { Progress, SkillProgress, StepProgress } from '../model/progress.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import { scenarioOf } from './variants.ts'
import { scoreDrill } from './scoring.ts'

/**
 * Practice over all finished drills, by skill and by milestone; oldest drill first in every series.
 *
 * @param inShifts the incidents of finished shifts, as drills of their own.
 */
export function progressOf(
  drills: readonly DrillState[],
  scenarios: ReadonlyMap<string, Scenario>,
  inShifts: readonly { state: DrillState; scenario: Scenario }[] = [],
): Progress {
  const alone = drills.flatMap((state) => {
    const scenario = scenarioOf(scenarios, state)
    return state.phase === 'finished' && scenario ? [{ state, scenario }] : []
  })
  const finished = [...alone, ...inShifts]
    .map(({ state, scenario }) => ({ state, scenario, score: scoreDrill(state, scenario) }))
    .toSorted((a, b) => a.state.startedAt - b.state.startedAt)

  const names = [...new Set([...scenarios.values()].flatMap(({ skills }) => skills))].toSorted()
  const skills = names.map((skill): SkillProgress => {
    const able = [...scenarios.values()].filter((scenario) => scenario.skills.includes(skill))
    const plays = finished.filter(({ scenario }) => scenario.skills.includes(skill))
    const unassisted = new Set(
      plays.filter(({ state, score }) => state.outcome === 'resolved' && !score.assisted).map(({ scenario }) => scenario.id),
    )
    return {
      skill,
      scores: plays.map(({ score }) => score.total),
      scenarios: able.map(({ id, title }) => ({
        id,
        title,
        played: plays.some(({ scenario }) => scenario.id === id),
        unassisted: unassisted.has(id),
      })),
    }
  })

  const steps = milestoneNames.map((milestone): StepProgress => {
    const lines = finished.flatMap(({ score }) => score.lines.filter(({ what }) => what === milestone))
    const ratios = lines.flatMap(({ tookMs, parMs }) => (tookMs !== null && parMs ? [tookMs / parMs] : []))
    return {
      milestone,
      reached: ratios.length,
      of: lines.length,
      medianOfPar: median(ratios),
    }
  })
  return { drills: finished.length, skills, steps }
}
