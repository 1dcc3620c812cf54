import { z } from 'zod'
import {
  addNote,
  askCoach,
  extendDrill,
  nameCause,
  noteToolCall,
  ofIncident,
  addPinnedNote,
  postStatus,
  recordView,
  setCoachMode,
  snoozeCoach,
  startDrill,
} from '../api.ts'
import { debrief, shiftDebrief } from '../debrief.ts'
import { actor, drillEvent } from '../drill-events.ts'
import { reachedMilestones, toldDrill } from '../drill-state.ts'
import { handoverNote, writeHandover } from '../handover.ts'
import { done, type RouteTable } from './route.ts'

/** An incident of a shift, as a responder who was paged for it knows it. */
const incidentView = z.object({
  number: z
    .number()
    .int()
    .nullable()
    .describe('In the order of their pages; null for one that has not paged, which only the instructor sees.'),
  place: z
    .number()
    .int()
    .nullable()
    .describe('In the order in which they begin; null for noise, and for trainees, who have to recognise noise themselves.'),
  title: z.string().nullable().describe('What it was; null for those who still have to find out.'),
  pagedAt: z.number().nullable(),
  pages: z.array(z.object({ name: z.string(), summary: z.string(), firing: z.boolean() })).describe('Its pages, newest first.'),
  milestones: reachedMilestones,
  startedAt: z.number().describe('On its own clock, in milliseconds since the epoch.'),
  pars: z.record(z.string(), z.number()).describe('Empty during the shift, except for the instructor.'),
  hints: z.number().int(),
  wrongCauses: z.number().int(),
  over: z.boolean().describe('Whether everything about it is done.'),
})
export type IncidentView = z.infer<typeof incidentView>

/** A drill, running or over, as a role may see it. */
const drillView = z.object({
  drill: toldDrill,
  title: z.string(),
  story: z.string().describe('Markdown.'),
  runbooks: z.array(z.string()).describe('Ids of the runbooks that its author chose.'),
  pars: z.record(z.string(), z.number()).describe('Pars of the milestones, in milliseconds on the drill’s clock.'),
  incidents: z.array(incidentView).describe('Incidents of a shift; empty for any other drill.'),
  events: z.array(drillEvent),
})

const drillRouteTable = {
  'GET /api/drills': {
    answer: z.object({ drills: z.array(toldDrill), running: z.string().nullable().describe('Id of the running drill.') }),
  },
  'POST /api/drills': {
    body: startDrill,
    status: 201,
    answer: toldDrill.extend({ warnings: z.array(z.string()).optional().describe('For the instructor: why others may read the answers.') }),
  },
  'GET /api/drills/:id': { answer: drillView },
  'POST /api/drills/:id/acknowledge': { body: ofIncident, answer: toldDrill },
  'POST /api/drills/:id/cause': { body: nameCause, answer: z.object({ correct: z.boolean() }) },
  'POST /api/drills/:id/notes': { body: addPinnedNote, answer: done },
  /** What the console shows of what it was served. It is reported every few seconds, until it counts as looked at. */
  'POST /api/drills/:id/views': { body: recordView, answer: z.object({ counted: z.boolean() }) },
  'POST /api/drills/:id/tool-calls': { body: noteToolCall, answer: done },
  'POST /api/drills/:id/chat': { body: addNote, answer: done },
  'POST /api/drills/:id/status-updates': { body: postStatus, answer: done },
  'POST /api/drills/:id/hint': {
    body: ofIncident,
    answer: z.object({ given: z.boolean(), waitMs: z.number().describe('Time until the next hint may be requested.') }),
  },
  /** A message to the coach; the answer is an event. */
  'POST /api/drills/:id/coach': { body: askCoach, answer: z.object({ id: z.number().int().describe('Id of the event that asks.') }) },
  'POST /api/drills/:id/coach/snooze': { body: snoozeCoach, answer: done },
  'PUT /api/drills/:id/coach/mode': { body: setCoachMode, answer: done },
  'POST /api/drills/:id/messages': { body: addNote, answer: done },
  'POST /api/drills/:id/extend': { body: extendDrill, answer: toldDrill },
  'POST /api/drills/:id/skip': { answer: z.object({ skippedMs: z.number() }) },
  'POST /api/drills/:id/pause': { answer: toldDrill },
  'POST /api/drills/:id/continue': { answer: toldDrill },
  'POST /api/drills/:id/finish': { answer: toldDrill },
  'POST /api/drills/:id/abort': { answer: toldDrill },
  'GET /api/drills/:id/handovers': {
    answer: z.object({
      handovers: z.array(handoverNote.extend({ at: z.number(), by: actor.nullable() })).describe('Newest first: the newest one counts.'),
    }),
  },
  'POST /api/drills/:id/handovers': { body: writeHandover, answer: done },
} as const satisfies RouteTable

const terminalName = z.object({ id: z.string(), terminal: z.string().max(40) })
/** What can be read of a finished drill. */
const debriefRouteTable = {
  'GET /api/drills/:id/debrief': { answer: debrief },
  'GET /api/drills/:id/shift': { answer: shiftDebrief.extend({ events: z.array(drillEvent) }) },
  'GET /api/drills/:id/debrief.html': { media: 'text/html; charset=utf-8', answer: z.string() },
  'GET /api/drills/:id/postmortem.md': { media: 'text/markdown; charset=utf-8', answer: z.string() },
  /** The same with its graphs as image files. For a shift, a folder for each incident. */
  'GET /api/drills/:id/postmortem.zip': { media: 'application/zip', answer: z.string() },
  'GET /api/drills/:id/terminals': {
    answer: z.object({ terminals: z.array(z.object({ id: z.string(), owner: z.string(), startedAt: z.number() })) }),
  },
  'GET /api/drills/:id/terminals/:terminal': { params: terminalName, media: 'application/x-asciicast', answer: z.string() },
} as const satisfies RouteTable

export const drillRoutes = { ...drillRouteTable, ...debriefRouteTable } as const
