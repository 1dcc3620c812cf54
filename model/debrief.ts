import { z } from 'zod'
import { checkedList } from './affected.ts'
import { shopComponentName } from './components.ts'
import { actor, drillEvent } from './drill-events.ts'
import { drillState, statusUpdate } from './drill-state.ts'
import { handoverNote } from './handover.ts'
import { causeCategory, milestoneName, milestoneNames, urgencies, viewKind } from './scenario.ts'
import { reading } from './scenario-kinds.ts'

/** Moments are in milliseconds since the epoch, unless stated otherwise. */
const moment = z.number()

const scoreLine = z.object({
  what: z.enum([...milestoneNames, 'users', 'communication', 'wrong causes', 'harmful actions', 'hints']),
  points: z.number(),
  of: z.number(),
  tookMs: z.number().nullable().describe('On the drill’s clock; null when it was not reached or is not a time.'),
  parMs: z.number().nullable(),
  detail: z.string(),
})
export type ScoreLine = z.infer<typeof scoreLine>
const score = z.object({ total: z.number(), assisted: z.boolean(), lines: z.array(scoreLine) })
export type Score = z.infer<typeof score>

const storySentence = z.object({
  at: moment.nullable().describe('Null if it did not happen.'),
  text: z.string(),
  tone: z.enum(['bad', 'good', 'plain']),
  events: z.array(z.number()).describe('Ids of the events that it describes.'),
})
export type StorySentence = z.infer<typeof storySentence>

const alertUse = z.enum(['actionable', 'symptom', 'noise'])
export type AlertUse = z.infer<typeof alertUse>
const alertRecord = z.object({
  name: z.string(),
  use: alertUse,
  pages: z.number().int().describe('How often it paged in this drill.'),
  firstAfterMs: z.number().describe('From the start of the drill to its first page.'),
  firedMs: z.number().describe('How long it fired in total; an alert that still fired at the end counts until then.'),
})
export type AlertRecord = z.infer<typeof alertRecord>
const alertQuality = z.object({
  alerts: z.array(alertRecord),
  pages: z.number().int(),
  actionablePages: z.number().int().describe('Pages of alerts that required action.'),
})
export type AlertQuality = z.infer<typeof alertQuality>

const updateRule = z.enum(['journey', 'since', 'doing', 'next', 'timely', 'audience', 'blame', 'promise', 'unknown'])
const updateFinding = z.object({ rule: updateRule, title: z.string(), points: z.number(), of: z.number() })
export type Finding = z.infer<typeof updateFinding>
const judgedUpdate = statusUpdate.extend({
  points: z.number(),
  findings: z.array(updateFinding),
  better: z.string().nullable().describe('A better version, with what was known then; null if nothing was missing.'),
})
export type JudgedUpdate = z.infer<typeof judgedUpdate>
/** How well others were kept informed, judged by rules alone: the same drill always gives the same score. */
const communication = z.object({
  total: z.number().describe('From 0 to 100.'),
  counts: z.boolean().describe('Whether it is part of the drill’s score.'),
  updates: z.array(judgedUpdate),
  missing: z.array(z.number()).describe('When updates were due that were not sent, on the drill’s clock in milliseconds.'),
  firstAfterMs: z.number().nullable().describe('From the page to the first update; null without one.'),
  summary: z.string().describe('One sentence.'),
})
export type Communication = z.infer<typeof communication>

const handoverFinding = z.object({
  rule: z.enum(['broken', 'hurt', 'since', 'cause', 'tried', 'doing', 'next', 'undone', 'over']),
  title: z.string(),
  ok: z.boolean(),
  note: z.string().nullable().describe('What was true, if the note says something else or nothing.'),
})
export type HandoverFinding = z.infer<typeof handoverFinding>
/** A note, compared with what was true when it was written. */
const judgedHandover = z.object({
  at: moment,
  by: actor.nullable(),
  note: handoverNote,
  findings: z.array(handoverFinding),
  better: handoverNote.nullable().describe('A better version, with what was true then; null if nothing was missing or wrong.'),
})
export type JudgedHandover = z.infer<typeof judgedHandover>

const place = z.object({ component: shopComponentName, category: causeCategory })
/** Everything about a finished drill: facts from its events, and the answer. */
export const debrief = z.object({
  drill: drillState,
  title: z.string(),
  score,
  cause: place.extend({ accept: z.array(place) }),
  solution: z.array(
    z.object({
      action: z.string().optional(),
      params: z.record(z.string(), z.unknown()),
      terminal: z.string().optional(),
      why: z.string(),
    }),
  ),
  places: z
    .array(z.object({ view: viewKind, component: z.string(), seen: z.boolean() }))
    .describe('Where the cause was visible, and whether the trainee looked there.'),
  budgetBurnt: z
    .number()
    .nullable()
    .describe('Error budget burnt, as a multiple of what the drill’s time allowed; null when nobody used the shop.'),
  text: z.string().describe('Markdown by the scenario’s author.'),
  again: z
    .object({ seed: z.number(), variant: z.string().nullable() })
    .nullable()
    .describe('The seed, to play the same variant again; null for a scenario without variants or drawn values.'),
  reading: reading.nullable().describe('A public postmortem of a real incident of this kind.'),
  story: z.array(storySentence).describe('What happened, in full sentences.'),
  reference: z
    .array(z.object({ milestone: milestoneName, parMs: z.number() }))
    .describe('When the reference solution reaches each milestone, on the drill’s clock.'),
  events: z.array(drillEvent),
  skills: z.array(z.string()),
  alerts: alertQuality,
  communication: communication.nullable().describe('How well others were kept informed, if the scenario has people.'),
  handovers: z.array(judgedHandover).describe('The handover notes, oldest first.'),
  affected: z
    .array(checkedList.extend({ at: moment, query: z.string() }))
    .describe('The trainee’s lists of affected orders, compared with the database, and how to find the orders by hand.'),
  tries: z
    .array(z.object({ id: z.string(), at: moment, trainee: z.string(), score: z.number(), assisted: z.boolean() }))
    .describe('All attempts at the same scenario, oldest first, including this one.'),
})
export type Debrief = z.infer<typeof debrief>

const triageFinding = z.object({
  ok: z.boolean(),
  share: z.number().describe('The share of its points that counts, from 0 to 1.'),
  text: z.string(),
})
export type TriageFinding = z.infer<typeof triageFinding>

const shiftIncidentDebrief = z.object({
  place: z.number().int().describe('In the order in which they began, from 1.'),
  number: z.number().int().nullable().describe('Its number in the order in which the incidents paged; null for one that never paged.'),
  urgency: z.enum(urgencies),
  why: z.string(),
  beganAt: moment,
  debrief: debrief.omit({ events: true, tries: true, handovers: true, communication: true, again: true }),
})
export type ShiftIncidentDebrief = z.infer<typeof shiftIncidentDebrief>

/** Everything about a finished shift. */
export const shiftDebrief = z.object({
  drill: drillState,
  shift: z.string(),
  title: z.string(),
  text: z.string().describe('Markdown by the shift’s author.'),
  total: z.number(),
  triage: z
    .object({ points: z.number(), of: z.number(), findings: z.array(triageFinding) })
    .describe('Points for prioritising; the mean of the incidents’ scores makes up the rest.'),
  handover: z.object({ points: z.number(), of: z.number(), detail: z.string() }),
  incidents: z.array(shiftIncidentDebrief),
  missed: z.array(z.string()).describe('Titles of incidents that the shift was too short for.'),
  forestalled: z.array(z.string()).describe('Titles of slow burns that were fixed while they were tickets.'),
  noise: z.array(z.object({ what: z.string(), at: moment.nullable(), pages: z.number().int() })),
  communication: communication.nullable(),
  handovers: z.array(judgedHandover),
  seed: z.number().describe('The seed, to play the same shift again.'),
})
export type ShiftDebrief = z.infer<typeof shiftDebrief>
