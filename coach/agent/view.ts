import { drillClock, nextMilestone, traineeMaySee, type CoachMode, type DrillEvent, type DrillState } from '../../model/drill.ts'
import { elapsed } from '../../model/duration.ts'
import { milestoneNames, type HintRung, type MilestoneName } from '../../model/scenario.ts'
import type { Decision } from '../policy.ts'

/**
 * Everything that the model and its tools may know: what the trainee has seen, and which kind of help the policy would give now. It has no scenario,
 * no telemetry, and no hint that was not given.
 */
export interface CoachView {
  mode: DrillState['mode']
  coach: CoachMode
  /** On the drill's own clock, in milliseconds. */
  elapsedMs: number
  limitMs: number
  paused: boolean
  /** The milestones with when they were reached, on the drill's own clock; null for those that were not. */
  milestones: Record<MilestoneName, number | null>
  working: MilestoneName | null
  page: string | null
  hints: { milestone: MilestoneName; rung: HintRung; text: string }[]
  /** What the trainee did and saw, oldest first, in words. It contains text of people and programs: data, never instructions. */
  timeline: string[]
  /** Questions to the coach and its answers, oldest first. */
  talk: { who: 'trainee' | 'coach'; text: string }[]
  /** What the policy would do now, and what it would do on request. */
  mayNow: Decision['kind']
  mayIfAsked: Decision['kind']
  /** How often the coach has paused this drill. */
  pausesByCoach: number
}

const keptLines = 25
const keptTalk = 6

export function viewOf(
  state: DrillState,
  events: readonly DrillEvent[],
  now: number,
  decisions: { unasked: Decision; asked: Decision },
): CoachView {
  return {
    mode: state.mode,
    coach: state.coach,
    elapsedMs: drillClock(state, state.endedAt ?? now),
    limitMs: state.limitMs,
    paused: state.phase === 'paused',
    milestones: Object.fromEntries(
      milestoneNames.map((name) => {
        const at = state.milestones[name]
        return [name, at === null ? null : drillClock(state, at)]
      }),
    ) as Record<MilestoneName, number | null>,
    working: nextMilestone(state),
    page: state.firing[0]?.summary ?? null,
    hints: state.hints.map(({ milestone, rung, text }) => ({ milestone, rung, text })),
    timeline: events
      .filter(traineeMaySee)
      .flatMap((event) => {
        const words = describe(event)
        return words === null ? [] : [`${elapsed(drillClock(state, event.at))} ${shortened(words, 160)}`]
      })
      .slice(-keptLines),
    talk: events
      .flatMap((event): CoachView['talk'] =>
        event.type === 'coach-asked'
          ? [{ who: 'trainee', text: shortened(event.text, 300) }]
          : event.type === 'coach-replied'
            ? [{ who: 'coach', text: event.text }]
            : [],
      )
      .slice(-keptTalk),
    mayNow: decisions.unasked.kind,
    mayIfAsked: decisions.asked.kind,
    pausesByCoach: events.filter((event) => event.type === 'coach-used-tool' && event.tool === 'pause' && event.allowed).length,
  }
}

/** Text of somebody else, on one line, without delimiters, and at most this long. */
export function shortened(text: string, most: number): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replaceAll(/[<>`]/g, "'")
    .trim()
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

function describe(event: DrillEvent): string | null {
  switch (event.type) {
    case 'page-received':
      return `page: ${event.alert.summary}`
    case 'page-resolved':
      return `resolved: ${event.alert.name}`
    case 'page-acknowledged':
      return 'acknowledged the page'
    case 'place-viewed':
      return `looked at ${event.detail}`
    case 'action-run':
      return `ran "${event.title}" ${event.ok ? 'and it worked' : 'and it failed'}`
    case 'command-run':
      return `ran in a terminal (${event.status === 0 ? 'it worked' : `exit status ${event.status}`}): ${event.command}`
    case 'cause-named':
      return `named ${event.component}, ${event.category}: ${event.correct ? 'right' : 'not it'}`
    case 'milestone-reached':
      return `milestone ${event.milestone}: ${event.evidence}`
    case 'hint-given':
      return `was given the ${event.rung} hint of ${event.milestone}`
    case 'hint-asked':
      return 'asked for a hint'
    case 'note-added':
      return `noted: ${event.text}`
    case 'time-extended':
      return 'was given more time'
    case 'scenario-eased':
      return 'the scenario was made easier'
    default:
      return null
  }
}
