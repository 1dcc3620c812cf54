import { elapsed } from '../model/duration.ts'
import { drillClock, nextMilestone, type DrillEvent, type DrillState, type HintReason } from '../model/drill.ts'
import { hintRungs, milestoneNames, type HintRung, type MilestoneName, type Scenario } from '../model/scenario.ts'
import { inSeconds } from '../model/units.ts'
import { coachParameters as parameters } from './parameters.ts'

/** The coach's decision, and why; the reasons are for the instructor. */
export type Decision = { reasons: string[] } & (
  | { kind: 'wait'; forMs: number }
  | { kind: 'encourage'; about: MilestoneName; text: string }
  | { kind: 'hint'; milestone: MilestoneName; rung: HintRung; text: string; reason: HintReason }
  | { kind: 'extend'; byMs: number }
  /** Makes the scenario easier, within its author's limits. */
  | { kind: 'ease'; what: string }
  | { kind: 'wrap-up'; text: string }
  /** Every hint of the step has been given. */
  | { kind: 'exhausted' }
)

interface Situation {
  state: DrillState
  /** Of the drill, oldest first. */
  events: readonly DrillEvent[]
  scenario: Scenario
  /** Milliseconds since the epoch. */
  now: number
  /** Whether the trainee has just asked for help. */
  asked?: boolean
  /** By when it should be done if others wait, in milliseconds on the drill's clock; otherwise the drill's limit. */
  dueMs?: number | undefined
  /** Until then the trainee was busy with something else, in milliseconds since the epoch: that time does not count as struggle. */
  busyUntil?: number | undefined
}

const nothing = (forMs: number, ...reasons: string[]): Decision => ({ kind: 'wait', forMs, reasons })

/** Decides whether, when and how the trainee gets help: a pure function of the drill's events and the clock. A model may only reword the result. */
export function decide({ state, events, scenario, now, asked = false, dueMs = state.limitMs, busyUntil = 0 }: Situation): Decision {
  if (state.phase !== 'running' || state.mode === 'rehearsal') return nothing(Infinity, 'there is nobody to coach')
  if (state.coach !== 'auto' && !asked) return nothing(1_000, state.coach === 'muted' ? 'muted' : 'the instructor has taken over')
  const praise = encouragement(state, events, scenario)
  if (praise && !asked) return praise
  const milestone = nextMilestone(state)
  if (milestone === null) return nothing(Infinity, 'every milestone is reached')

  const activity = activityOf(state, events, milestone, busyUntil)
  const hurry = hurryOf(state, now, dueMs)
  if (!asked && shouldExtend(state, events, activity.lastActedAt, now)) {
    return { kind: 'extend', byMs: parameters.extendByMs, reasons: ['little time is left, and the trainee is still active'] }
  }
  if (!asked && shouldWrapUp(state, now)) {
    return { kind: 'wrap-up', text: wrapUpWords(state, milestone), reasons: ['time is nearly up, and no more is given'] }
  }
  // Before the page there is nothing to find yet.
  if (state.pagedAt === null) return nothing(1_000, 'there is no page yet')

  const next = nextHint(state, scenario)
  const lastHintAt = state.hints.findLast((hint) => hint.milestone === milestone)?.at ?? null
  if (!next) {
    if (asked) return { kind: 'exhausted', reasons: ['every hint of this step was given'] }
    const given = drillClock(state, now) - drillClock(state, lastHintAt ?? now)
    // A problem that users no longer notice is over, and is not eased.
    const past = state.milestones.mitigated !== null
    return scenario.ease && state.easedAt === null && !past && state.mode === 'learning' && given >= parameters.easeAfterMs
      ? { kind: 'ease', what: scenario.ease.what, reasons: [`every hint of this step was given, the last ${seconds(given)} ago`] }
      : nothing(1_000, 'every hint of this step was given')
  }
  const { rung } = next
  const hint = (reason: HintReason, ...reasons: string[]): Decision => ({ kind: 'hint', ...next, reason, reasons })
  /** Milliseconds from then till now, without pauses. */
  const passed = (at: number): number => drillClock(state, now) - drillClock(state, at)

  if (asked) {
    if (lastHintAt === null) return hint('asked', 'asked, for the first time in this step')
    const pause = Math.min(parameters.askPauseMs * (1 + activity.asksSinceActed), parameters.longestAskPauseMs)
    const waited = passed(lastHintAt)
    return waited >= pause
      ? hint('asked', `asked, ${seconds(waited)} after the last hint`)
      : nothing(pause - waited, `asked again ${seconds(waited)} after the last hint; the pause is ${seconds(pause)}`)
  }

  const struggle = struggleOf(state, scenario, milestone, activity, now)
  const wanted = (parameters.struggleAt[hintRungs.indexOf(rung)] ?? Infinity) * (1 - hurry)
  const described = `struggle ${struggle.toFixed(2)} of ${wanted.toFixed(2)}${hurry > 0 ? `, hurry ${hurry.toFixed(2)}` : ''}`
  if (now < state.snoozedUntil && hurry < 1)
    return nothing(state.snoozedUntil - now, described, 'the trainee has asked for no hints right now')
  if (state.mode === 'assessment' && hurry === 0) return nothing(1_000, 'an assessment: no unrequested help while there is time')
  if (struggle < wanted) return nothing(1_000, described)
  if (lastHintAt !== null) {
    const tried = activity.lastActedAt !== null && activity.lastActedAt > lastHintAt
    const pause =
      tried || hurry > 0 ? parameters.pauseMs + (parameters.shortPauseMs - parameters.pauseMs) * hurry : parameters.untriedPauseMs
    const waited = passed(lastHintAt)
    if (waited < pause) return nothing(pause - waited, described, `the last hint is ${seconds(waited)} old`)
  }
  return hint(struggle >= (parameters.struggleAt[hintRungs.indexOf(rung)] ?? Infinity) ? 'struggling' : 'time', described)
}

/** The next rung for the trainee's current step; null when every one was given, or every step is done. */
export function nextHint(state: DrillState, scenario: Scenario): { milestone: MilestoneName; rung: HintRung; text: string } | null {
  const milestone = nextMilestone(state)
  if (milestone === null) return null
  const rung = hintRungs.find((name) => !state.hints.some((hint) => hint.milestone === milestone && hint.rung === name))
  return rung ? { milestone, rung, text: scenario.milestones[milestone].hints[rung] } : null
}

interface Activity {
  /** The latest milestone, or the page when there is none. */
  progressAt: number
  lastActedAt: number | null
  wrongCauses: number
  harmfulActions: number
  fruitlessActions: number
  asks: number
  asksSinceActed: number
}

/** What the trainee has done since the last progress. */
function activityOf(state: DrillState, events: readonly DrillEvent[], milestone: MilestoneName, busyUntil: number): Activity {
  const reached = Object.values(state.milestones).filter((at) => at !== null)
  const pagedAt = Math.max(state.pagedAt ?? state.startedAt, busyUntil)
  const progressAt = milestone === 'acknowledged' ? pagedAt : Math.max(pagedAt, ...reached)
  const activity: Activity = {
    progressAt,
    lastActedAt: null,
    wrongCauses: 0,
    harmfulActions: 0,
    fruitlessActions: 0,
    asks: 0,
    asksSinceActed: 0,
  }
  const done = new Set<string>()
  for (const event of events) {
    if (acts.has(event.type)) {
      activity.lastActedAt = event.at
      activity.asksSinceActed = 0
    }
    if (event.type === 'hint-asked') activity.asksSinceActed++
    if (event.at < progressAt) continue
    if (event.type === 'hint-asked') activity.asks++
    if (event.type === 'cause-named' && !event.correct) activity.wrongCauses++
    if (event.type === 'command-run' && event.harmful) activity.harmfulActions++
    if (event.type === 'action-run') {
      const key = `${event.action} ${JSON.stringify(event.params)}`
      if (event.harmful) activity.harmfulActions++
      else if (!event.ok || (done.has(key) && event.kind === 'change')) activity.fruitlessActions++
      done.add(key)
    }
  }
  return activity
}

/** Events that show that the trainee is trying. */
const acts = new Set<DrillEvent['type']>(['page-acknowledged', 'place-viewed', 'action-run', 'command-run', 'cause-named', 'note-added'])

function struggleOf(state: DrillState, scenario: Scenario, milestone: MilestoneName, activity: Activity, now: number): number {
  const before = milestoneNames[milestoneNames.indexOf(milestone) - 1]
  const par = scenario.milestones[milestone].par - (before ? scenario.milestones[before].par : 0)
  return (
    Math.max(0, drillClock(state, now) - drillClock(state, activity.progressAt)) / Math.max(par, parameters.leastParMs) +
    activity.wrongCauses * parameters.wrongCause +
    activity.harmfulActions * parameters.harmfulAction +
    activity.fruitlessActions * parameters.fruitlessAction +
    activity.asks * parameters.ask
  )
}

/** 0 while there is time, 1 when it is nearly over. Others who wait are a reason to hurry as well, but less so. */
function hurryOf(state: DrillState, now: number, dueMs: number): number {
  const clock = drillClock(state, now)
  const by = (limitMs: number): number =>
    Math.min(1, Math.max(0, (clock / Math.max(1, limitMs) - parameters.hurryFrom) / (parameters.hurryFull - parameters.hurryFrom)))
  return Math.max(by(state.limitMs), Math.min(parameters.hurryForOthers, by(dueMs)))
}

function shouldExtend(state: DrillState, events: readonly DrillEvent[], lastActedAt: number | null, now: number): boolean {
  if (state.mode === 'assessment') return false
  const left = state.limitMs - drillClock(state, now)
  const atWork = lastActedAt !== null && now - lastActedAt < parameters.atWorkMs
  const extended = events.filter((event) => event.type === 'time-extended').length
  return left < parameters.extendWithinMs && atWork && extended < parameters.extensions
}

function shouldWrapUp(state: DrillState, now: number): boolean {
  return state.pagedAt !== null && state.wrappedUpAt === null && state.limitMs - drillClock(state, now) < parameters.wrapUpWithinMs
}

function wrapUpWords(state: DrillState, missing: MilestoneName): string {
  const reached = milestoneNames.filter((name) => state.milestones[name] !== null)
  const so = reached.length === 0 ? 'Nothing is lost' : `You have ${listed(reached.map((name) => done[name]))}`
  return `Time is nearly up. ${so}; what remains is to ${toDo[missing]}. The debrief shows how.`
}

const done: Record<MilestoneName, string> = {
  acknowledged: 'acknowledged the page',
  located: 'found the place',
  diagnosed: 'named the cause',
  mitigated: 'brought your users back',
  recovered: 'seen everything recover',
}
const toDo: Record<MilestoneName, string> = {
  acknowledged: 'acknowledge the page',
  located: 'find where it comes from',
  diagnosed: 'name the cause',
  mitigated: 'bring your users back',
  recovered: 'see that everything has recovered',
}
const listed = (items: string[]): string => new Intl.ListFormat('en').format(items)

/** The latest milestone, unless it was already commented on; earlier ones that were reached on the way are not praised any more. */
function encouragement(state: DrillState, events: readonly DrillEvent[], scenario: Scenario): Decision | null {
  const proof = events.findLast((event) => event.type === 'milestone-reached')
  if (!proof) return null
  const { milestone, evidence, at } = proof
  if (events.some((event) => event.type === 'coach-said' && event.about === milestone)) return null
  const took = drillClock(state, at)
  const par = scenario.milestones[milestone].par
  const pace = took <= par ? `after ${elapsed(took)}, within the ${elapsed(par)} of par` : `after ${elapsed(took)}`
  return { kind: 'encourage', about: milestone, text: `${praise[milestone]} ${pace}: ${evidence}.`, reasons: [`${milestone} was reached`] }
}

const praise: Record<MilestoneName, string> = {
  acknowledged: 'Acknowledged',
  located: 'You are looking in the right place',
  diagnosed: 'You named the cause',
  mitigated: 'Your users feel it: mitigated',
  recovered: 'Recovered',
}

const seconds = (ms: number): string => inSeconds(ms, 0)
