import { z } from 'zod'
import { shopComponentName } from './components.ts'
import { pin } from './pin.ts'
import { audience, characterId, wanted, type Audience } from './people.ts'
import { handledTickets, openedTicket } from './tickets.ts'
import { causeCategory, hintRung, milestoneName, milestoneNames, viewKind, type MilestoneName } from './scenario.ts'

/** A rehearsal is played by `verify`: it counts for nobody. */
export const drillModes = ['learning', 'assessment', 'rehearsal'] as const

export const alertSummary = z.object({
  fingerprint: z.string(),
  name: z.string(),
  severity: z.string(),
  summary: z.string(),
  startsAt: z.string(),
})
export type AlertSummary = z.infer<typeof alertSummary>

export const userHarm = z.object({ good: z.number(), slow: z.number(), failed: z.number() })
export type UserHarm = z.infer<typeof userHarm>

/** Why a hint was given: the trainee asked, the coach saw a struggle or little time, or the instructor wished it. */
export const hintReason = z.enum(['asked', 'struggling', 'time', 'instructor'])
export type HintReason = z.infer<typeof hintReason>

/**
 * Who speaks for the coach: itself; nobody, so that only a hint that is asked for comes; or the instructor, who has taken over.
 */
export const coachModes = ['auto', 'muted', 'instructor'] as const
export const coachMode = z.enum(coachModes)
export type CoachMode = z.infer<typeof coachMode>

/** Whose words the coach's are: a model's, or those that the scenario's author and the policy have. */
export const wordsOf = z.enum(['model', 'author'])

/** What a status page says of an incident, in the order in which one usually goes. */
export const statusUpdateKinds = ['investigating', 'identified', 'monitoring', 'resolved'] as const
export const statusUpdateKind = z.enum(statusUpdateKinds)
export type StatusUpdateKind = z.infer<typeof statusUpdateKind>

/** Who did something, where more than one plays. */
export const actor = z.object({ name: z.string(), role: z.string() })
export type Actor = z.infer<typeof actor>

/**
 * Everything that can happen in a drill. A drill is the list of these and nothing else: state, score, timeline and
 * debrief are folds over it. Delivered at least once, so every fold is idempotent.
 */
export const drillEventBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('drill-started'),
    scenario: z.string(),
    mode: z.enum(drillModes),
    trainee: z.string(),
    limitMs: z.number(),
    seed: z.number(),
    /** Which variant of the scenario the seed drew; null for one that has none. */
    variant: z.string().nullable().optional(),
    /** Counts the drills of a range, from 1: by it a blind drill is known. */
    number: z.number().int().optional(),
    /** Those who play are told nothing of what is played until it is over, except by the pager. */
    blind: z.boolean().optional(),
    /** What users had felt when the drill began, as Locust counts it; null when that was not known. */
    usersBefore: z.object({ good: z.number(), slow: z.number(), failed: z.number() }).nullable(),
    /** Equal at the end, or something was left behind. */
    fingerprint: z.string(),
  }),
  z.object({ type: z.literal('fault-injected'), instance: z.string(), fault: z.string(), step: z.number() }),
  z.object({ type: z.literal('fault-reverted'), instance: z.string(), fault: z.string() }),
  z.object({ type: z.literal('page-received'), alert: alertSummary }),
  z.object({ type: z.literal('page-resolved'), alert: alertSummary }),
  z.object({ type: z.literal('page-acknowledged') }),
  /** Nobody acknowledged in time: somebody else is called. */
  z.object({ type: z.literal('page-escalated'), afterMs: z.number() }),
  z.object({ type: z.literal('place-viewed'), view: viewKind, component: shopComponentName.nullable(), detail: z.string() }),
  z.object({
    type: z.literal('action-run'),
    action: z.string(),
    title: z.string(),
    kind: z.enum(['inspect', 'change']),
    params: z.record(z.string(), z.unknown()),
    ok: z.boolean(),
    summary: z.string(),
    harmful: z.string().nullable(),
  }),
  /** In a terminal, as its shell tells it: which command, in which folder it was left, and how it ended. */
  z.object({
    type: z.literal('command-run'),
    command: z.string(),
    folder: z.string(),
    status: z.number().int(),
    /** Whether it changes the shop, as far as that can be told; what cannot be recognised changes nothing. */
    kind: z.enum(['inspect', 'change']),
    /** Why it does harm in this scenario; null when it does not. */
    harmful: z.string().nullable().default(null),
    shell: z.string(),
  }),
  z.object({
    type: z.literal('cause-named'),
    component: shopComponentName,
    category: causeCategory,
    sentence: z.string(),
    correct: z.boolean(),
  }),
  z.object({ type: z.literal('milestone-reached'), milestone: milestoneName, evidence: z.string() }),
  z.object({
    type: z.literal('hint-given'),
    milestone: milestoneName,
    rung: hintRung,
    text: z.string(),
    reason: hintReason,
  }),
  z.object({ type: z.literal('hint-asked') }),
  /** The coach, about what went well, or about the end that is near. */
  z.object({ type: z.literal('coach-said'), about: z.enum([...milestoneNames, 'the end']), text: z.string() }),
  /** Why the coach did what it did. */
  z.object({ type: z.literal('coach-decided'), decision: z.string(), reasons: z.array(z.string()) }),
  /** The trainee, to the coach. */
  z.object({ type: z.literal('coach-asked'), text: z.string() }),
  /** The coach, to the event of that id: a question, or a hint that it says in its own words. */
  z.object({ type: z.literal('coach-replied'), to: z.number(), text: z.string(), words: wordsOf }),
  /** Why the author's words went out and not the model's. */
  z.object({ type: z.literal('coach-fell-back'), to: z.number(), why: z.string() }),
  /** The model wished to use a tool: whether it might, and why not. */
  z.object({
    type: z.literal('coach-used-tool'),
    tool: z.string(),
    input: z.record(z.string(), z.unknown()),
    allowed: z.boolean(),
    why: z.string(),
  }),
  z.object({ type: z.literal('coach-mode-set'), mode: coachMode }),
  /** The trainee wants no hint unasked for so long. */
  z.object({ type: z.literal('coach-snoozed'), forMs: z.number() }),
  /** The scenario was made easier, within what its author allows; in words that name no fault. */
  z.object({ type: z.literal('scenario-eased'), what: z.string() }),
  /** What the coach says when all is over. */
  z.object({ type: z.literal('coach-debriefed'), text: z.string(), words: wordsOf }),
  /** What somebody noted, and what they had in front of them, if they pinned it. */
  z.object({ type: z.literal('note-added'), text: z.string(), pin: pin.optional() }),
  /** An agent used a tool of MCP. */
  z.object({ type: z.literal('tool-called'), tool: z.string(), ok: z.boolean() }),
  /** From the instructor to whoever plays. */
  z.object({ type: z.literal('message-sent'), text: z.string() }),
  /** Among those who play. */
  z.object({ type: z.literal('said'), text: z.string() }),
  /** To the users, on the status page. */
  z.object({
    type: z.literal('status-posted'),
    status: statusUpdateKind,
    text: z.string(),
    /** Without one it is for customers. */
    audience: audience.optional(),
    /** When the next one is promised, in milliseconds from this one. */
    nextInMs: z.number().optional(),
  }),
  /** One of the scenario's people, to the trainee. */
  z.object({
    type: z.literal('person-said'),
    person: characterId,
    text: z.string(),
    /** Why: a beat of theirs, an answer, a reminder, thanks for what was wanted, or the instructor's wish. */
    about: z.enum(['beat', 'answer', 'reminder', 'thanks', 'instructor']),
    beat: z.string().nullable(),
    /** The fact that is told by it. */
    fact: z.string().nullable(),
    /** The event that it answers. */
    to: z.number().nullable(),
    wants: wanted.nullable(),
    /** How long the person waits for that, in milliseconds on the drill's clock; null for as long as it takes. */
    withinMs: z.number().nullable(),
    via: z.enum(['chat', 'phone']),
  }),
  /** The trainee, to one of them: a question, or a word that was wanted. */
  z.object({ type: z.literal('person-asked'), person: characterId, text: z.string() }),
  /** What a model takes a question for that words did not match: one of the person's facts, by id. */
  z.object({ type: z.literal('question-understood'), to: z.number(), fact: z.string() }),
  /** The instructor sends somebody in, with words of their own or without. */
  z.object({ type: z.literal('person-sent'), person: characterId, text: z.string().nullable() }),
  z.object({ type: z.literal('people-muted'), muted: z.boolean() }),
  /** No interruptions for so long, on the drill's clock. */
  z.object({ type: z.literal('quiet-asked'), forMs: z.number() }),
  /** It is over, and this is what it cost. */
  z.object({
    type: z.literal('quiet-ended'),
    /** Who had something to say meanwhile, and how long it waited. */
    held: z.array(z.object({ person: characterId, waitedMs: z.number() })),
    /** Who wanted something by a time that has passed meanwhile. */
    missed: z.array(characterId),
  }),
  /** A customer wrote to support about a request of theirs that went wrong. */
  openedTicket.extend({ type: z.literal('ticket-opened') }),
  /** The trainee, with customers' tickets. */
  handledTickets.extend({ type: z.literal('tickets-handled') }),
  /** The clock of the drill stands; the faults stay in. */
  z.object({ type: z.literal('drill-paused') }),
  z.object({
    type: z.literal('drill-continued'),
    pausedMs: z.number().nonnegative(),
    /** What users felt in the pause: nobody is to blame for it. */
    harm: userHarm,
  }),
  z.object({ type: z.literal('time-extended'), byMs: z.number().int().positive() }),
  z.object({ type: z.literal('health-changed'), healthy: z.boolean(), failing: z.array(z.string()) }),
  z.object({ type: z.literal('harm-measured'), harm: userHarm }),
  z.object({ type: z.literal('control-resumed'), goneMs: z.number() }),
  z.object({ type: z.literal('drill-finished'), outcome: z.enum(['resolved', 'time-up', 'given-up']) }),
  z.object({ type: z.literal('drill-aborted'), reason: z.string() }),
  /** What was broken was put right, or the range stood still, by nobody who played: the drill says nothing of them. */
  z.object({ type: z.literal('drill-voided'), reason: z.string() }),
])
export type DrillEventBody = z.infer<typeof drillEventBody>
/** Whether a drill is over by it, in whichever way. */
export const endsDrill = ({ type }: Pick<DrillEventBody, 'type'>): boolean =>
  type === 'drill-finished' || type === 'drill-aborted' || type === 'drill-voided'
export type DrillEventType = DrillEventBody['type']

export const drillEvent = z.intersection(
  z.object({
    id: z.number().int(),
    drill: z.string(),
    /** Milliseconds since the epoch. */
    at: z.number(),
    by: actor.optional(),
  }),
  drillEventBody,
)
export type DrillEvent = z.infer<typeof drillEvent>

/** Events that would name the fault: only instructors see them before the debrief. */
export const hiddenFromTrainees: readonly DrillEventType[] = [
  'fault-injected',
  'fault-reverted',
  'coach-decided',
  'coach-fell-back',
  'coach-used-tool',
  'question-understood',
  'person-sent',
]
export const traineeMaySee = (event: DrillEventBody): boolean => !hiddenFromTrainees.includes(event.type)

export const drillPhases = ['running', 'paused', 'finished', 'aborted', 'void'] as const
export type DrillPhase = (typeof drillPhases)[number]

/** Which commands a drill takes in which phase; the server enforces it, the console greys out by it. */
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
  'ask-person': ['running'],
  'ask-quiet': ['running'],
  'direct-people': ['running', 'paused'],
  'handle-tickets': ['running', 'paused'],
  message: ['running', 'paused'],
  extend: ['running', 'paused'],
  pause: ['running'],
  continue: ['paused'],
  view: ['running'],
  finish: ['running', 'paused'],
  abort: ['running', 'paused'],
  debrief: ['finished'],
} as const satisfies Record<string, readonly DrillPhase[]>
export type DrillCommand = keyof typeof allowedPhases
export const mayDo = (phase: DrillPhase, command: DrillCommand): boolean =>
  (allowedPhases[command] as readonly DrillPhase[]).includes(phase)

/** Whether the drill has begun and not ended. */
export const isOpen = ({ phase }: Pick<DrillState, 'phase'>): boolean => phase === 'running' || phase === 'paused'

/** What an audience was told, and when it was promised the next word: in milliseconds from then. */
export interface StatusUpdate {
  /** Milliseconds since the epoch. */
  at: number
  status: StatusUpdateKind
  text: string
  audience: Audience
  nextInMs: number | null
}

export interface DrillState {
  id: string
  scenario: string
  mode: (typeof drillModes)[number]
  trainee: string
  phase: DrillPhase
  outcome: 'resolved' | 'time-up' | 'given-up' | null
  startedAt: number
  endedAt: number | null
  /** On the drill's own clock, which stands in a pause. */
  limitMs: number
  pauses: { from: number; to: number | null }[]
  /** What users felt in the pauses. */
  harmPaused: UserHarm
  seed: number
  variant: string | null
  /** 0 for a drill from before drills had numbers. */
  number: number
  blind: boolean
  usersBefore: UserHarm | null
  fingerprint: string
  /** When each milestone was first reached. */
  milestones: Record<MilestoneName, number | null>
  /** Timeline steps already carried out. */
  injectedSteps: number[]
  lastInjectedAt: number | null
  firing: { fingerprint: string; name: string; severity: string; summary: string; startsAt: string }[]
  pagedAt: number | null
  escalatedAt: number | null
  paged: string[]
  hints: {
    milestone: MilestoneName
    rung: 'orient' | 'point' | 'tell'
    text: string
    reason: HintReason
    at: number
  }[]
  coach: CoachMode
  /** Until then the trainee wants no hint unasked; milliseconds since the epoch. */
  snoozedUntil: number
  easedAt: number | null
  /** When the coach said that time is nearly over. */
  wrappedUpAt: number | null
  wrongCauses: number
  /** Tools of MCP that an agent used. */
  toolCalls: number
  /** Status updates, oldest first. */
  updates: StatusUpdate[]
  harmfulActions: number
  changes: number
  healthy: boolean | null
  /** The range was seen broken at least once since the first fault. */
  wasBroken: boolean
  harm: UserHarm
  lastEventAt: number
}

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

/** How events are folded, in so many words: what was folded otherwise is folded anew. */
export const foldSource = (): string => `${begin}${step}${addHarm}`

function begin(event: DrillEvent): DrillState | null {
  if (event.type !== 'drill-started') return null
  return {
    id: event.drill,
    scenario: event.scenario,
    mode: event.mode,
    trainee: event.trainee,
    phase: 'running',
    outcome: null,
    startedAt: event.at,
    endedAt: null,
    limitMs: event.limitMs,
    pauses: [],
    harmPaused: { good: 0, slow: 0, failed: 0 },
    seed: event.seed,
    variant: event.variant ?? null,
    number: event.number ?? 0,
    blind: event.blind ?? false,
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
  switch (event.type) {
    case 'fault-injected':
      return { ...next, injectedSteps: [...new Set([...state.injectedSteps, event.step])], lastInjectedAt: event.at }
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
    case 'time-extended':
      return { ...next, limitMs: state.limitMs + event.byMs }
    case 'drill-paused':
      return state.phase === 'running' ? { ...next, phase: 'paused', pauses: [...state.pauses, { from: event.at, to: null }] } : next
    case 'drill-continued':
      return state.phase === 'paused'
        ? {
            ...next,
            phase: 'running',
            pauses: state.pauses.map((pause) => ({ ...pause, to: pause.to ?? event.at })),
            harmPaused: addHarm(state.harmPaused, event.harm),
          }
        : next
    case 'drill-finished':
      return { ...next, phase: 'finished', outcome: event.outcome, endedAt: event.at }
    case 'drill-aborted':
      return { ...next, phase: 'aborted', endedAt: event.at }
    case 'drill-voided':
      return { ...next, phase: 'void', endedAt: event.at }
    default:
      return next
  }
}

/** The milestone a trainee is working towards, or null when all are reached. */
export const nextMilestone = (state: DrillState): MilestoneName | null =>
  milestoneNames.find((name) => state.milestones[name] === null) ?? null

const addHarm = (a: UserHarm, b: UserHarm): UserHarm => ({ good: a.good + b.good, slow: a.slow + b.slow, failed: a.failed + b.failed })

/** The drill's own clock at a moment (milliseconds since the epoch): milliseconds since its start, without its pauses. */
export const drillClock = ({ startedAt, pauses }: Pick<DrillState, 'startedAt' | 'pauses'>, at: number): number =>
  pauses.reduce((ms, { from, to }) => ms - Math.max(0, Math.min(to ?? at, at) - from), at - startedAt)
