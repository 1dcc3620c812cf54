import type { DrillEvent, DrillEventType, UserHarm } from './drill-events.ts'
import type { DrillPhase, DrillState } from './drill-state.ts'
import { milestoneNames, type MilestoneName } from './scenario.ts'

export * from './drill-events.ts'

export type { DrillPhase, DrillState, StatusUpdate, ToldDrill } from './drill-state.ts'

/**
 * The events that change a drill's phase, and the phases in which they do; in any other phase they change nothing. A drill starts as running, and an
 * end phase is final.
 */
export const phaseMoves = {
  'drill-paused': { from: ['running'], to: 'paused' },
  'drill-continued': { from: ['paused'], to: 'running' },
  'drill-finished': { from: ['running', 'paused'], to: 'finished' },
  'drill-aborted': { from: ['running', 'paused'], to: 'aborted' },
  'drill-voided': { from: ['running', 'paused'], to: 'void' },
} as const satisfies Partial<Record<DrillEventType, { from: readonly DrillPhase[]; to: DrillPhase }>>

/** The phase after an event; null if it does not change the phase. */
function movedBy(phase: DrillPhase, type: keyof typeof phaseMoves): DrillPhase | null {
  const { from, to } = phaseMoves[type]
  return (from as readonly DrillPhase[]).includes(phase) ? to : null
}

/** Which commands a drill accepts in which phase. The server enforces it, and the console disables buttons by it. */
export const allowedPhases = {
  acknowledge: ['running'],
  'name-cause': ['running'],
  'run-action': ['running'],
  'ask-hint': ['running'],
  'ask-coach': ['running', 'paused'],
  'snooze-coach': ['running', 'paused'],
  'set-coach': ['running', 'paused'],
  note: ['running', 'paused', 'finished'],
  say: ['running', 'paused'],
  'post-status': ['running', 'paused'],
  'write-handover': ['running', 'paused'],
  'ask-person': ['running'],
  'ask-quiet': ['running'],
  'direct-people': ['running', 'paused'],
  'handle-tickets': ['running', 'paused'],
  'list-affected': ['running'],
  message: ['running', 'paused'],
  extend: ['running', 'paused'],
  skip: ['running'],
  pause: phaseMoves['drill-paused'].from,
  continue: phaseMoves['drill-continued'].from,
  view: ['running'],
  finish: phaseMoves['drill-finished'].from,
  abort: phaseMoves['drill-aborted'].from,
  debrief: ['finished'],
} as const satisfies Record<string, readonly DrillPhase[]>
export type DrillCommand = keyof typeof allowedPhases
/** Whether a command is allowed in a phase of a drill. */
export const mayDo = (phase: DrillPhase, command: DrillCommand): boolean =>
  (allowedPhases[command] as readonly DrillPhase[]).includes(phase)

/** Whether the drill has started and not ended. */
export const isOpen = ({ phase }: Pick<DrillState, 'phase'>): boolean => phase === 'running' || phase === 'paused'

/** Folds events, oldest first, into the state of one drill. Unknown drills have no events: returns null. */
export function foldDrill(events: readonly DrillEvent[]): DrillState | null {
  let state: DrillState | null = null
  const seen = new Set<number>()
  for (const event of events) {
    if (seen.has(event.id)) continue
    seen.add(event.id)
    state = advanceDrill(state, event)
  }
  return state
}

/** The state after one more event; null before the first. */
export const advanceDrill = (state: DrillState | null, event: DrillEvent): DrillState | null =>
  state === null ? begin(event) : step(state, event)

/** Version of the fold: states that were folded by another version are folded again. */
export const foldSource = (): string => `${begin}${step}${courseStep}${phaseStep}${movedBy}${JSON.stringify(phaseMoves)}${addHarm}`

function begin(event: DrillEvent): DrillState | null {
  if (event.type !== 'drill-started') return null
  return {
    id: event.drill,
    scenario: event.scenario,
    shift: event.shift ?? false,
    mode: event.mode,
    trainee: event.trainee,
    phase: 'running',
    outcome: null,
    startedAt: event.at,
    endedAt: null,
    limitMs: event.limitMs,
    pauses: [],
    skips: [],
    harmPaused: { good: 0, slow: 0, failed: 0 },
    seed: event.seed,
    variant: event.variant ?? null,
    number: event.number ?? 0,
    blind: event.blind ?? false,
    communications: event.communications ?? false,
    usersBefore: event.usersBefore,
    fingerprint: event.fingerprint,
    milestones: { acknowledged: null, located: null, diagnosed: null, mitigated: null, recovered: null },
    injectedSteps: [],
    lastInjectedAt: null,
    firing: [],
    pagedAt: null,
    escalatedAt: null,
    paged: [],
    hints: [],
    coach: 'auto',
    snoozedUntil: 0,
    easedAt: null,
    wrappedUpAt: null,
    wrongCauses: 0,
    toolCalls: 0,
    updates: [],
    harmfulActions: 0,
    changes: 0,
    healthy: null,
    wasBroken: false,
    harm: { good: 0, slow: 0, failed: 0 },
    lastEventAt: event.at,
  }
}

function step(state: DrillState, event: DrillEvent): DrillState {
  const next = { ...state, lastEventAt: event.at }
  // What concerns one incident of a shift does not concern the whole shift.
  if ('incident' in event && event.incident !== undefined) return next
  switch (event.type) {
    case 'fault-injected':
      return { ...next, injectedSteps: [...new Set([...state.injectedSteps, event.step])], lastInjectedAt: event.at }
    case 'fault-reverted':
      return event.again === undefined ? next : { ...next, injectedSteps: state.injectedSteps.filter((done) => done !== event.again) }
    case 'page-received': {
      const others = state.firing.filter((alert) => alert.fingerprint !== event.alert.fingerprint)
      return {
        ...next,
        firing: [...others, event.alert],
        pagedAt: state.pagedAt ?? event.at,
        paged: [...new Set([...state.paged, event.alert.name])],
      }
    }
    case 'page-resolved':
      return { ...next, firing: state.firing.filter((alert) => alert.fingerprint !== event.alert.fingerprint) }
    case 'page-escalated':
      return { ...next, escalatedAt: state.escalatedAt ?? event.at }
    case 'milestone-reached':
      return {
        ...next,
        milestones: { ...state.milestones, [event.milestone]: state.milestones[event.milestone] ?? event.at },
      }
    case 'hint-given':
      return {
        ...next,
        hints: [...state.hints, { milestone: event.milestone, rung: event.rung, text: event.text, reason: event.reason, at: event.at }],
      }
    case 'coach-mode-set':
      return { ...next, coach: event.mode }
    case 'coach-snoozed':
      return { ...next, snoozedUntil: event.at + event.forMs }
    case 'scenario-eased':
      return { ...next, easedAt: state.easedAt ?? event.at }
    case 'coach-said':
      return event.about === 'the end' ? { ...next, wrappedUpAt: state.wrappedUpAt ?? event.at } : next
    case 'cause-named':
      return { ...next, wrongCauses: state.wrongCauses + (event.correct ? 0 : 1) }
    case 'status-posted': {
      const { at, status, text, audience: readBy = 'customers', nextInMs = null } = event
      return { ...next, updates: [...state.updates, { at, status, text, audience: readBy, nextInMs }] }
    }
    case 'tool-called':
      return { ...next, toolCalls: state.toolCalls + 1 }
    case 'action-run':
      return {
        ...next,
        changes: state.changes + (event.kind === 'change' ? 1 : 0),
        harmfulActions: state.harmfulActions + (event.harmful ? 1 : 0),
      }
    case 'command-run':
      return {
        ...next,
        changes: state.changes + (event.kind === 'change' && event.status === 0 ? 1 : 0),
        harmfulActions: state.harmfulActions + (event.harmful ? 1 : 0),
      }
    case 'health-changed':
      return {
        ...next,
        healthy: event.healthy,
        wasBroken: state.wasBroken || (!event.healthy && state.injectedSteps.length > 0),
      }
    case 'harm-measured':
      return { ...next, harm: event.harm }
    default:
      return courseStep(next, event)
  }
}

/** Events that change a drill's duration, its clock or its phase. */
function courseStep(state: DrillState, event: DrillEvent): DrillState {
  switch (event.type) {
    case 'time-extended':
      return { ...state, limitMs: state.limitMs + event.byMs }
    case 'time-skipped':
      return { ...state, skips: [...state.skips, { at: event.at, byMs: event.byMs }] }
    case 'drill-paused':
    case 'drill-continued':
    case 'drill-finished':
    case 'drill-aborted':
    case 'drill-voided':
      return phaseStep(state, event)
    default:
      return state
  }
}

function phaseStep(state: DrillState, event: Extract<DrillEvent, { type: keyof typeof phaseMoves }>): DrillState {
  const phase = movedBy(state.phase, event.type)
  if (phase === null) return state
  switch (event.type) {
    case 'drill-paused':
      return { ...state, phase, pauses: [...state.pauses, { from: event.at, to: null }] }
    case 'drill-continued': {
      const pauses = state.pauses.map((pause) => ({ ...pause, to: pause.to ?? event.at }))
      return { ...state, phase, pauses, harmPaused: addHarm(state.harmPaused, event.harm) }
    }
    case 'drill-finished':
      return { ...state, phase, outcome: event.outcome, endedAt: event.at }
    default:
      return { ...state, phase, endedAt: event.at }
  }
}

/** The milestone a trainee is working towards, or null when all are reached. */
export const nextMilestone = (state: Pick<DrillState, 'milestones'>): MilestoneName | null =>
  milestoneNames.find((name) => state.milestones[name] === null) ?? null

const addHarm = (a: UserHarm, b: UserHarm): UserHarm => ({ good: a.good + b.good, slow: a.slow + b.slow, failed: a.failed + b.failed })

/** The drill's clock at a moment (in milliseconds since the epoch): milliseconds since its start, without pauses, plus what was skipped. */
export const drillClock = ({ startedAt, pauses, skips }: Pick<DrillState, 'startedAt' | 'pauses' | 'skips'>, at: number): number =>
  pauses.reduce((ms, { from, to }) => ms - Math.max(0, Math.min(to ?? at, at) - from), at - startedAt) +
  skips.reduce((ms, skip) => ms + (skip.at <= at ? skip.byMs : 0), 0)
