import { z } from 'zod'
import { affectedKind, checkedList } from './affected.ts'
import { shopComponentName } from './components.ts'
import { handoverNote } from './handover.ts'
import { pin } from './pin.ts'
import { audience, characterId, wanted } from './people.ts'
import { handledTickets, openedTicket } from './tickets.ts'
import { causeCategory, hintRung, milestoneName, milestoneNames, viewKind } from './scenario.ts'

/** `rehearsal`: a drill that `verify` plays; it counts for nobody's progress. */
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
/** The difference between two counts; a counter that was reset gives no negative number. */
export const minusHarm = (a: UserHarm, b: UserHarm): UserHarm => ({
  good: Math.max(0, a.good - b.good),
  slow: Math.max(0, a.slow - b.slow),
  failed: Math.max(0, a.failed - b.failed),
})

/** Why a hint was given: the trainee asked, the coach saw that the trainee struggled or had little time, or the instructor sent it. */
export const hintReason = z.enum(['asked', 'struggling', 'time', 'instructor'])
export type HintReason = z.infer<typeof hintReason>

/**
 * Who speaks for the coach: itself; nobody, so that only a hint that is asked for comes; or the instructor, who has taken over.
 */
const coachModes = ['auto', 'muted', 'instructor'] as const
export const coachMode = z.enum(coachModes)
export type CoachMode = z.infer<typeof coachMode>

/** Who worded the coach's messages: a model, or the scenario's author and the policy. */
const wordsOf = z.enum(['model', 'author'])

/** The states of an incident on a status page, in their usual order. */
export const statusUpdateKinds = ['investigating', 'identified', 'monitoring', 'resolved'] as const
export const statusUpdateKind = z.enum(statusUpdateKinds)
export type StatusUpdateKind = z.infer<typeof statusUpdateKind>

/** Who did something, when several people play. */
export const actor = z.object({ name: z.string(), role: z.string() })
export type Actor = z.infer<typeof actor>

/** In a shift, the number of the incident that it concerns, from 1 in the order in which they paged; without one, it concerns the whole shift. */
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
    /** Whether it is a shift: several incidents, which may overlap. */
    shift: z.boolean().optional(),
    mode: z.enum(drillModes),
    trainee: z.string(),
    limitMs: z.number(),
    seed: z.number(),
    /** The variant that the seed drew; null for a scenario without variants. */
    variant: z.string().nullable().optional(),
    /** Number of the drill on this range, from 1: the name of a blind drill. */
    number: z.number().int().optional(),
    /** Whether it is blind: trainees see only the pages until it is over. */
    blind: z.boolean().optional(),
    /** The game day that the drill belongs to. */
    gameDay: z.string().optional(),
    /** Whether somebody had the communications role at the start: the score then includes how well others were kept informed. */
    communications: z.boolean().optional(),
    /** Users' requests and failures when the drill began, as Locust counts them; null if unknown. */
    usersBefore: z.object({ good: z.number(), slow: z.number(), failed: z.number() }).nullable(),
    /** The fingerprint of the range's state: if it differs at the end, something was left behind. */
    fingerprint: z.string(),
  }),
  z.object({ type: z.literal('fault-injected'), instance: z.string(), fault: z.string(), step: z.number() }),
  z.object({
    type: z.literal('fault-reverted'),
    instance: z.string(),
    fault: z.string(),
    /** The step of the timeline whose fault is injected again, because it was made easier. */
    again: z.number().int().optional(),
  }),
  z.object({ type: z.literal('page-received'), alert: alertSummary }),
  z.object({ type: z.literal('page-resolved'), alert: alertSummary }),
  z.object({ type: z.literal('page-acknowledged'), incident }),
  /** Nobody acknowledged in time, so the page goes to the next person on call. */
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
  /** A command in a terminal, as the shell reports it: the command, the folder afterwards, and the exit status. */
  z.object({
    type: z.literal('command-run'),
    command: z.string(),
    folder: z.string(),
    status: z.number().int(),
    /** Whether it changes the shop; commands that are not recognised count as no change. */
    kind: z.enum(['inspect', 'change']),
    /** Why it does harm in this scenario; null if it does none. */
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
  /** A message of the coach about something that went well, or that time is running out. */
  z.object({ type: z.literal('coach-said'), about: z.enum([...milestoneNames, 'the end']), text: z.string(), incident }),
  /** Why the coach did it. */
  z.object({ type: z.literal('coach-decided'), decision: z.string(), reasons: z.array(z.string()), incident }),
  /** From the trainee to the coach. */
  z.object({ type: z.literal('coach-asked'), text: z.string() }),
  /** The coach's answer to the event with this id: to a question, or a hint in its own words. */
  z.object({ type: z.literal('coach-replied'), to: z.number(), text: z.string(), words: wordsOf }),
  /** Why the author's words were used and not the model's. */
  z.object({ type: z.literal('coach-fell-back'), to: z.number(), why: z.string() }),
  /** The model asked to use a tool: whether it was allowed, and why not. */
  z.object({
    type: z.literal('coach-used-tool'),
    tool: z.string(),
    input: z.record(z.string(), z.unknown()),
    allowed: z.boolean(),
    why: z.string(),
  }),
  z.object({ type: z.literal('coach-mode-set'), mode: coachMode }),
  /** How long the trainee wants no unrequested hint. */
  z.object({ type: z.literal('coach-snoozed'), forMs: z.number() }),
  /** The scenario was made easier, within the limits of its author; the text names no fault. */
  z.object({ type: z.literal('scenario-eased'), what: z.string() }),
  /** The coach's message after the drill. */
  z.object({ type: z.literal('coach-debriefed'), text: z.string(), words: wordsOf }),
  /** A note, and what the trainee pinned to it. */
  z.object({ type: z.literal('note-added'), text: z.string(), pin: pin.optional() }),
  /** An agent called an MCP tool. */
  z.object({ type: z.literal('tool-called'), tool: z.string(), ok: z.boolean() }),
  /** From the instructor to the trainees. */
  z.object({ type: z.literal('message-sent'), text: z.string() }),
  /** Chat between the trainees. */
  z.object({ type: z.literal('said'), text: z.string() }),
  /** To the users, on the status page. */
  z.object({
    type: z.literal('status-posted'),
    status: statusUpdateKind,
    text: z.string(),
    /** Without one, it is for customers. */
    audience: audience.optional(),
    /** When the next update is promised, in milliseconds after this one. */
    nextInMs: z.number().optional(),
  }),
  /** A handover note about the state of the incident. */
  handoverNote.extend({ type: z.literal('handover-written') }),
  /** From one of the scenario's people to the trainee. */
  z.object({
    type: z.literal('person-said'),
    person: characterId,
    text: z.string(),
    /** Why the person speaks: a planned beat, an answer, a reminder, thanks, or the instructor's request. */
    about: z.enum(['beat', 'answer', 'reminder', 'thanks', 'instructor']),
    beat: z.string().nullable(),
    /** The fact that the person tells. */
    fact: z.string().nullable(),
    /** The event that the person answers. */
    to: z.number().nullable(),
    wants: wanted.nullable(),
    /** How long the person waits for a reply, in milliseconds on the drill's clock; null for no limit. */
    withinMs: z.number().nullable(),
    via: z.enum(['chat', 'phone']),
  }),
  /** From the trainee to one of the people: a question, or the information that the person wanted. */
  z.object({ type: z.literal('person-asked'), person: characterId, text: z.string() }),
  /** The fact that a model matched to a question whose words matched none, by its id. */
  z.object({ type: z.literal('question-understood'), to: z.number(), fact: z.string() }),
  /** The instructor sends a person in, with words of the instructor's or without. */
  z.object({ type: z.literal('person-sent'), person: characterId, text: z.string().nullable() }),
  z.object({ type: z.literal('people-muted'), muted: z.boolean() }),
  /** How long nobody interrupts, on the drill's clock. */
  z.object({ type: z.literal('quiet-asked'), forMs: z.number() }),
  /** The quiet time is over, and this is what it cost. */
  z.object({
    type: z.literal('quiet-ended'),
    /** Who had something to say meanwhile, and how long it was delayed. */
    held: z.array(z.object({ person: characterId, waitedMs: z.number() })),
    /** Who needed something by a time that passed meanwhile. */
    missed: z.array(characterId),
  }),
  /** A customer wrote to support about a failed request. */
  openedTicket.extend({ type: z.literal('ticket-opened') }),
  /** The trainee handled customers' tickets. */
  handledTickets.extend({ type: z.literal('tickets-handled') }),
  /** The trainee's list of affected orders; the result is shown in the debrief. */
  z.object({ type: z.literal('affected-listed'), kind: affectedKind, listed: z.number().int() }),
  checkedList.extend({ type: z.literal('affected-checked') }),
  /** The drill's clock stops; the faults stay injected. */
  z.object({ type: z.literal('drill-paused') }),
  z.object({
    type: z.literal('drill-continued'),
    pausedMs: z.number().nonnegative(),
    /** Failures that users had during the pause: they do not count against the trainee. */
    harm: userHarm,
  }),
  z.object({ type: z.literal('time-extended'), byMs: z.number().int().positive() }),
  /** The instructor skipped ahead: the drill's clock was advanced by this much. */
  z.object({ type: z.literal('time-skipped'), byMs: z.number().int().positive() }),
  z.object({ type: z.literal('health-changed'), healthy: z.boolean(), failing: z.array(z.string()) }),
  /** In a shift: the health of one incident, by the checks that fail because of it. */
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
  /** Something broke or was repaired, or the range was suspended, through no action of a player: the drill's result means nothing. */
  z.object({ type: z.literal('drill-voided'), reason: z.string() }),
  /** The range was restored after the drill, but differs from its state at the start. */
  z.object({
    type: z.literal('range-differed'),
    /** The fingerprint after the drill. */
    fingerprint: z.string(),
    /** What differs, for people to read. */
    differences: z.array(z.string()),
  }),
])
export type DrillEventBody = z.infer<typeof drillEventBody>
/** Whether the event ends a drill, in whatever way. */
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

/** Events that would reveal the fault: until the debrief, only instructors see them. */
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
