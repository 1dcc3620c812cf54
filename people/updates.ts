import { elapsed } from '../model/duration.ts'
import { drillClock, type DrillState, type StatusUpdate } from '../model/drill.ts'
import type { People } from '../model/people.ts'
import type { Scenario } from '../model/scenario.ts'
import { firstSentence, journeysHurt } from './handover-rules.ts'
import { dueAfter, pointsOf, updateRules, usualCadenceMs, type UpdateContext, type UpdateRule } from './update-rules.ts'
import type { Communication, Finding, JudgedUpdate } from '../model/debrief.ts'

/** How a drill's updates are judged: as the scenario's author says, or by its pages if somebody had the communications role; null if they are not. */
export function judgedBy(state: Pick<DrillState, 'communications' | 'paged'>, scenario: Scenario): People | null {
  const { people, summary } = scenario
  if (!state.communications) return people ?? null
  if (people) return { ...people, communication: 'scored' }
  const journeys = journeysHurt(scenario, state.paged)
  return journeys.length === 0 ? null : { communication: 'scored', hurt: firstSentence(summary), journeys, people: [] }
}

/** How well others were kept informed in a drill; null if nobody waits for updates. */
export function communicationOf(state: DrillState, scenario: Scenario): Communication | null {
  const people = judgedBy(state, scenario)
  return people && judgeUpdates(state, people)
}

/**
 * Each update is worth up to 100 points by `updateRules`, each missed one is worth nothing, and the score is their mean. An update to customers,
 * support or management counts, whichever it is for; one to engineers alone informs nobody who waits.
 */
export function judgeUpdates(state: DrillState, people: People): Communication {
  const told = state.updates.filter(({ at }) => state.endedAt === null || at <= state.endedAt)
  const judged = told.map((update, index) => judge(update, told[index - 1] ?? null, state, people))
  const missing = missingIn(told, state)
  const all = judged.length + missing.length
  const total = all === 0 ? 0 : Math.round(judged.reduce((sum, { points }) => sum + points, 0) / all)
  const first = told.find(({ audience }) => audience !== 'engineers')
  const firstAfterMs = first && state.pagedAt !== null ? Math.max(0, drillClock(state, first.at) - drillClock(state, state.pagedAt)) : null
  return {
    total,
    counts: people.communication === 'scored',
    updates: judged,
    missing,
    firstAfterMs,
    summary: inWords(judged.length, missing.length, firstAfterMs),
  }
}

function judge(update: StatusUpdate, previous: StatusUpdate | null, state: DrillState, people: People): JudgedUpdate {
  const reached = (at: number | null): boolean => at !== null && at <= update.at
  const { diagnosed, mitigated, recovered } = state.milestones
  const context: UpdateContext = {
    journeys: people.journeys,
    at: drillClock(state, update.at),
    ...dueAfter(previous, state),
    diagnosed: reached(diagnosed),
    mitigated: reached(mitigated),
    recovered: reached(recovered),
  }
  return judgeUpdate(update, context, people, state.pagedAt ?? state.startedAt)
}

/** The result for one update. `beganAt` is when the harm to users began, in milliseconds since the epoch. */
export function judgeUpdate(update: StatusUpdate, context: UpdateContext, people: People, beganAt: number): JudgedUpdate {
  const points = pointsOf(update, context)
  // Safe: the keys of the rules are the rules.
  const findings = (Object.keys(updateRules) as UpdateRule[]).flatMap((rule): Finding[] => {
    const got = points[rule]
    return got === null ? [] : [{ rule, title: updateRules[rule].title, points: got, of: Math.max(0, updateRules[rule].of) }]
  })
  const possible = findings.reduce((sum, { of }) => sum + of, 0)
  const sum = findings.reduce((total, finding) => total + finding.points, 0)
  const scored = Math.max(0, Math.min(100, Math.round((100 * sum) / Math.max(1, possible))))
  const wanting = findings.some(({ rule, points: got, of }) => rule !== 'timely' && got < of)
  return { ...update, points: scored, findings, better: wanting ? betterVersion(update, context, people, beganAt) : null }
}

const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`

/** An update with everything that a good one has, and nothing that was not known. */
function betterVersion({ at, nextInMs }: StatusUpdate, context: UpdateContext, { hurt }: People, beganAt: number): string {
  if (context.recovered)
    return `Resolved: ${hurt.charAt(0).toLowerCase()}${hurt.slice(1)} – this ended at about ${clock(at)}. Thank you for your patience.`
  const doing = context.mitigated
    ? 'Our fix is in place, and we are watching the recovery'
    : context.diagnosed
      ? 'We have found the cause, and are working on a fix'
      : 'We are investigating, and do not know the cause yet'
  return `${hurt}, since about ${clock(beganAt)}. ${doing}. The next update comes at ${clock(at + (nextInMs ?? usualCadenceMs))}.`
}

/** When missed updates were due, until users were served again or the drill ended. */
function missingIn(told: readonly StatusUpdate[], state: DrillState): number[] {
  const endAt = state.milestones.recovered ?? state.endedAt ?? state.lastEventAt
  if (state.pagedAt === null) return []
  const end = drillClock(state, endAt)
  const missing: number[] = []
  const before = [null, ...told]
  for (const [index, previous] of before.entries()) {
    const next = told[index]
    const until = next ? drillClock(state, next.at) : end
    let { worthlessAt } = dueAfter(previous, state)
    if (previous?.status === 'resolved') continue
    while (worthlessAt <= until) {
      missing.push(worthlessAt)
      worthlessAt += usualCadenceMs
    }
  }
  // A trainee who wrote no update missed at least the first.
  return told.length === 0 && missing.length === 0 ? [Math.min(end, dueAfter(null, state).dueAt)] : missing
}

function inWords(count: number, missing: number, firstAfterMs: number | null): string {
  if (count === 0) return 'Nobody was told anything.'
  const first = firstAfterMs === null ? 'nobody outside engineering was told' : `the first one ${elapsed(firstAfterMs)} after the page`
  const gaps = missing === 0 ? '' : `; ${missing === 1 ? 'one that was due' : `${missing} that were due`} did not come`
  return `${count === 1 ? 'One update' : `${count} updates`}, ${first}${gaps}.`
}
