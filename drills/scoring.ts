import { drillClock, type DrillState, type UserHarm } from '../model/drill.ts'
import { firstUpdate } from '../people/update-rules.ts'
import { communicationOf } from '../people/updates.ts'
import { milestoneNames, type MilestoneName, type Scenario } from '../model/scenario.ts'
import type { Score, ScoreLine } from '../model/debrief.ts'

/** Points for each milestone reached within its par; the rest of the hundred is for the users. */
const weights: Record<MilestoneName | 'users', number> = {
  acknowledged: 10,
  located: 15,
  diagnosed: 25,
  mitigated: 25,
  recovered: 15,
  users: 10,
}
/** The same if communication counts as well. */
const weightsWithCommunication: Record<MilestoneName | 'users' | 'communication', number> = {
  ...weights,
  located: 10,
  diagnosed: 20,
  mitigated: 20,
  communication: 15,
}
export const penalties = { wrongCause: 5, harmfulAction: 10, hintInAssessment: 3 }

/** At this multiple of its par a milestone is worth nothing; in between, points fall linearly. */
const worthlessAt = 4

/** Scores a drill from its state alone: the same events give the same score. */
export function scoreDrill(state: DrillState, scenario: Scenario): Score {
  const told = communicationOf(state, scenario)
  const communication = told?.counts ? told : null
  const worth = communication ? weightsWithCommunication : weights
  const lines: ScoreLine[] = milestoneNames.map((name) => {
    const reachedAt = state.milestones[name]
    const parMs = scenario.milestones[name].par
    const of = worth[name]
    if (reachedAt === null) return { what: name, points: 0, of, tookMs: null, parMs, detail: 'not reached' }
    const tookMs = drillClock(state, reachedAt)
    return {
      what: name,
      points: Math.round(of * share(tookMs / parMs)),
      of,
      tookMs,
      parMs,
      detail: tookMs <= parMs ? 'within par' : 'over par',
    }
  })
  const { good, slow, failed } = state.harm
  const hurt = slow + failed
  const all = hurt + good
  const hurtShare = all === 0 ? 0 : hurt / all
  lines.push({
    what: 'users',
    points: Math.round(weights.users * Math.max(0, 1 - hurtShare * 2)),
    of: weights.users,
    tookMs: null,
    parMs: null,
    detail: `${failed} requests failed and ${slow} were slow, of ${all}`,
  })
  if (communication) {
    const of = weightsWithCommunication.communication
    const points = Math.round((of * communication.total) / 100)
    lines.push({
      what: 'communication',
      points,
      of,
      tookMs: communication.firstAfterMs,
      parMs: firstUpdate.bestMs,
      detail: communication.summary,
    })
  }
  const penalty = (what: ScoreLine['what'], count: number, each: number, detail: string) => {
    if (count > 0) lines.push({ what, points: -count * each, of: 0, tookMs: null, parMs: null, detail })
  }
  penalty('wrong causes', state.wrongCauses, penalties.wrongCause, `${state.wrongCauses} named before the right one`)
  penalty('harmful actions', state.harmfulActions, penalties.harmfulAction, `${state.harmfulActions} that made it worse`)
  if (state.mode === 'assessment') penalty('hints', state.hints.length, penalties.hintInAssessment, `${state.hints.length} taken`)
  const sum = lines.reduce((total, line) => total + line.points, 0)
  return { total: Math.max(0, Math.min(100, sum)), assisted: state.hints.length > 0, lines }
}

const share = (ratio: number): number => Math.max(0, Math.min(1, 1 - (ratio - 1) / (worthlessAt - 1)))

/** The share of requests that the objectives allow to fail. */
const allowedShare = 0.01

/** Error budget burnt, as a multiple of what the same number of requests may miss; null without requests. */
export function budgetBurnt({ good, slow, failed }: UserHarm): number | null {
  const all = good + slow + failed
  return all === 0 ? null : (slow + failed) / all / allowedShare
}
