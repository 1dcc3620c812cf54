import { z } from 'zod'
import { affectedKind, checkedList } from './affected.ts'
import { shopComponentName } from './components.ts'
import { handoverNote } from './handover.ts'
import { pin } from './pin.ts'
import { audience, characterId, wanted } from './people.ts'
import { handledTickets, openedTicket } from './tickets.ts'
import { causeCategory, hintRung, milestoneName, milestoneNames, viewKind } from './scenario.ts'

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
/** What was felt beyond `b`; a count that began again is not less than nothing. */
export const minusHarm = (a: UserHarm, b: UserHarm): UserHarm => ({
  good: Math.max(0, a.good - b.good),
  slow: Math.max(0, a.slow - b.slow),
  failed: Math.max(0, a.failed - b.failed),
})

/** Why a hint was given: the trainee asked, the coach saw a struggle or little time, or the instructor wished it. */
export const hintReason = z.enum(['asked', 'struggling', 'time', 'instructor'])
export type HintReason = z.infer<typeof hintReason>

/**
 * Who speaks for the coach: itself; nobody, so that only a hint that is asked for comes; or the instructor, who has taken over.
 */
const coachModes = ['auto', 'muted', 'instructor'] as const
export const coachMode = z.enum(coachModes)
export type CoachMode = z.infer<typeof coachMode>

/** Whose words the coach's are: a model's, or those that the scenario's author and the policy have. */
const wordsOf = z.enum(['model', 'author'])

/** What a status page says of an incident, in the order in which one usually goes. */
export const statusUpdateKinds = ['investigating', 'identified', 'monitoring', 'resolved'] as const
export const statusUpdateKind = z.enum(statusUpdateKinds)
export type StatusUpdateKind = z.infer<typeof statusUpdateKind>

/** Who did something, where more than one plays. */
export const actor = z.object({ name: z.string(), role: z.string() })
export type Actor = z.infer<typeof actor>

/** Of a shift, the incident that something is of, from 1 in the order in which they were paged; without one it is of the shift as a whole. */
const incident = z.number().int().min(1).optional()

/**
 * Everything that can happen in a drill. A drill is the list of these and nothing else: state, score, timeline and
 * debrief are folds over it. Delivered at least once, so every fold is idempotent.
 */
export const drillEventBody = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('drill-started'),
    /** Of a shift, the shift's id. */
    scenario: z.string(),
    /** It is a shift: several incidents, which may overlap. */
    shift: z.boolean().optional(),
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
    /** The game day that it is played in. */
    gameDay: z.string().optional(),
    /** Somebody had the role of communications when it began: how others are told is part of the score. */
    communications: z.boolean().optional(),
    /** What users had felt when the drill began, as Locust counts it; null when that was not known. */
    usersBefore: z.object({ good: z.number(), slow: z.number(), failed: z.number() }).nullable(),
    /** Equal at the end, or something was left behind. */
    fingerprint: z.string(),
  }),
  z.object({ type: z.literal('fault-injected'), instance: z.string(), fault: z.string(), step: z.number() }),
  z.object({
    type: z.literal('fault-reverted'),
    instance: z.string(),
    fault: z.string(),
    /** The step of the timeline whose fault goes in again, because it was made easier. */
    again: z.number().int().optional(),
  }),
  z.object({ type: z.literal('page-received'), alert: alertSummary }),
  z.object({ type: z.literal('page-resolved'), alert: alertSummary }),
  z.object({ type: z.literal('page-acknowledged'), incident }),
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
    /** The action that does the same. */
    sameAs: z.object({ action: z.string(), params: z.record(z.string(), z.unknown()) }).optional(),
    shell: z.string(),
  }),
  z.object({
    type: z.literal('cause-named'),
    incident,
    component: shopComponentName,
    category: causeCategory,
    sentence: z.string(),
    correct: z.boolean(),
  }),
  z.object({ type: z.literal('milestone-reached'), milestone: milestoneName, evidence: z.string(), incident }),
  z.object({
    type: z.literal('hint-given'),
    incident,
    milestone: milestoneName,
    rung: hintRung,
    text: z.string(),
    reason: hintReason,
  }),
  z.object({ type: z.literal('hint-asked'), incident }),
  /** The coach, about what went well, or about the end that is near. */
  z.object({ type: z.literal('coach-said'), about: z.enum([...milestoneNames, 'the end']), text: z.string(), incident }),
  /** Why the coach did what it did. */
  z.object({ type: z.literal('coach-decided'), decision: z.string(), reasons: z.array(z.string()), incident }),
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
  /** For whoever joins later: how the incident stands. */
  handoverNote.extend({ type: z.literal('handover-written') }),
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
  /** The trainee, with the orders that they found to be affected; what came of it is for the debrief. */
  z.object({ type: z.literal('affected-listed'), kind: affectedKind, listed: z.number().int() }),
  checkedList.extend({ type: z.literal('affected-checked') }),
  /** The clock of the drill stands; the faults stay in. */
  z.object({ type: z.literal('drill-paused') }),
  z.object({
    type: z.literal('drill-continued'),
    pausedMs: z.number().nonnegative(),
    /** What users felt in the pause: nobody is to blame for it. */
    harm: userHarm,
  }),
  z.object({ type: z.literal('time-extended'), byMs: z.number().int().positive() }),
  /** The instructor brought what is planned forward: the clock of the drill went on by so much at once. */
  z.object({ type: z.literal('time-skipped'), byMs: z.number().int().positive() }),
  z.object({ type: z.literal('health-changed'), healthy: z.boolean(), failing: z.array(z.string()) }),
  /** Of one incident of a shift: by the checks that fail because of it. */
  z.object({
    type: z.literal('incident-health-changed'),
    /** In the order in which incidents begin, from 1. */
    place: z.number().int().min(1),
    healthy: z.boolean(),
    failing: z.array(z.string()),
  }),
  z.object({ type: z.literal('harm-measured'), harm: userHarm }),
  z.object({ type: z.literal('control-resumed'), goneMs: z.number() }),
  z.object({ type: z.literal('drill-finished'), outcome: z.enum(['resolved', 'time-up', 'given-up']) }),
  z.object({ type: z.literal('drill-aborted'), reason: z.string() }),
  /** What was broken was put right, or the range stood still, by nobody who played: the drill says nothing of them. */
  z.object({ type: z.literal('drill-voided'), reason: z.string() }),
  /** After the drill the range was restored, and is not as it was when the drill began. */
  z.object({
    type: z.literal('range-differed'),
    /** As it was found after the drill. */
    fingerprint: z.string(),
    /** What differs, in words. */
    differences: z.array(z.string()),
  }),
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
  'incident-health-changed',
  'time-skipped',
  'coach-decided',
  'coach-fell-back',
  'coach-used-tool',
  'question-understood',
  'person-sent',
  'affected-checked',
  'range-differed',
]
/** Whether trainees are told of an event while the drill runs. */
export const traineeMaySee = (event: DrillEventBody): boolean => !hiddenFromTrainees.includes(event.type)
