import type { DrillState } from '../model/drill.ts'
import { nextMilestone } from '../model/drill.ts'
import { hintRungs, type HintRung, type MilestoneName, type Scenario } from '../model/scenario.ts'

/** Between two hints for the same milestone, so that a hint is read and tried before the next. */
export const hintPauseMs = 20_000

export type NextHint =
  | { kind: 'hint'; milestone: MilestoneName; rung: HintRung; text: string }
  | { kind: 'wait'; forMs: number }
  | { kind: 'none' }

/** The next rung of the ladder for the milestone that the trainee is working towards. */
export function nextHint(state: DrillState, scenario: Scenario, now: number): NextHint {
  const milestone = nextMilestone(state)
  if (milestone === null) return { kind: 'none' }
  const given = state.hints.filter((hint) => hint.milestone === milestone)
  const rung = hintRungs.find((name) => !given.some((hint) => hint.rung === name))
  if (!rung) return { kind: 'none' }
  const readyAt = (given.at(-1)?.at ?? 0) + hintPauseMs
  if (now < readyAt) return { kind: 'wait', forMs: readyAt - now }
  return { kind: 'hint', milestone, rung, text: scenario.milestones[milestone].hints[rung] }
}
