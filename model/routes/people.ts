import { z } from 'zod'
import { submittedOrders } from '../affected.ts'
import { addNote, askPerson, askQuiet, enterPerson, joinGameDay, mutePeople, planGameDay, takeRole } from '../api.ts'
import { actor, statusUpdateKind } from '../drill-events.ts'
import { drillPhases } from '../drill-state.ts'
import { audience, characterId, wanted } from '../people.ts'
import { answerTickets, openedTicket, ticketKind, ticketTemplateId, whichTickets } from '../tickets.ts'
import { done, type RouteTable } from './route.ts'

const onePerson = z.object({ id: z.string(), person: characterId })
const listedPerson = z.object({
  person: characterId,
  role: z.string(),
  reads: audience.describe('Which status updates this person reads.'),
  via: z.enum(['chat', 'phone']),
  reached: z.boolean(),
  wants: z
    .object({ what: wanted, leftMs: z.number().nullable() })
    .nullable()
    .describe('What this person waits for, and the time left; negative when it is overdue.'),
  beats: z
    .array(z.object({ beat: z.string(), say: z.array(z.string()) }))
    .optional()
    .describe('For the instructor alone.'),
})

const ticket = openedTicket.extend({
  at: z.number().describe('When it came, in milliseconds since the epoch.'),
  answers: z.array(z.object({ at: z.number(), template: ticketTemplateId })),
  linked: z.boolean().describe('Whether it belongs to the incident.'),
  closedAt: z.number().nullable(),
})
export type Ticket = z.infer<typeof ticket>
const ticketGroup = z.object({
  kind: ticketKind,
  title: z.string(),
  journey: ticket.shape.journey,
  numbers: z.array(z.number().int()),
  open: z.number().int(),
})
export type TicketGroup = z.infer<typeof ticketGroup>

/** The people of a drill, and its customers. */
const peopleRouteTable = {
  'GET /api/drills/:id/people': {
    answer: z.object({
      people: z.array(listedPerson),
      communication: z
        .enum(['optional', 'scored'])
        .nullable()
        .describe('Whether status updates count for the score; null if the scenario has no audience.'),
      quietLeftMs: z.number(),
      quietsLeft: z.number().int(),
      longestQuietMs: z.number(),
      muted: z.boolean(),
    }),
  },
  /** Asks a person; the answer is an event, and takes as long as that person would need. */
  'POST /api/drills/:id/people/:person/messages': { params: onePerson, body: askPerson, answer: done },
  /** Asks for quiet for this long; 0 ends it. */
  'POST /api/drills/:id/quiet': { body: askQuiet, answer: z.object({ quietsLeft: z.number().int() }) },
  'POST /api/drills/:id/people/:person/enter': { params: onePerson, body: enterPerson, answer: done },
  'PUT /api/drills/:id/people/muted': { body: mutePeople, answer: done },
  'GET /api/drills/:id/tickets': {
    answer: z.object({
      tickets: z.array(
        ticket.extend({ row: z.string().nullable().describe('A command that shows its row in the shop’s database, for a terminal.') }),
      ),
      groups: z.array(ticketGroup).describe('Tickets about the same thing, the largest group first.'),
      templates: z.array(z.object({ id: ticketTemplateId, title: z.string(), text: z.string() })),
    }),
  },
  'POST /api/drills/:id/tickets/answer': { body: answerTickets, answer: done },
  'POST /api/drills/:id/tickets/link': { body: whichTickets, answer: done },
  'POST /api/drills/:id/tickets/close': { body: whichTickets, answer: done },
  /** A list of affected orders; the debrief shows how many were right. */
  'POST /api/drills/:id/affected': { body: submittedOrders, answer: z.object({ listed: z.number().int() }) },
} as const satisfies RouteTable

/** A game day as its team sees it; times in milliseconds since the epoch. */
const gameDay = z.object({
  id: z.string(),
  title: z.string(),
  mode: z.enum(['learning', 'assessment']),
  plannedAt: z.number(),
  endedAt: z.number().nullable(),
  of: z.number().int().describe('How many drills it has.'),
  people: z.array(actor),
  drills: z.array(z.object({ drill: z.string(), title: z.string(), phase: z.enum(drillPhases) })),
})
const plannedGameDay = gameDay.extend({ code: z.string().describe('The secret in the link to join.'), scenarios: z.array(z.string()) })
const said = z.object({
  at: z.number(),
  by: actor.optional(),
  text: z.string(),
  status: statusUpdateKind.nullable().describe('The state on the public status page; null for messages within the team.'),
})
const gameDayId = z.object({ id: z.uuid() })

const gameDayRouteTable = {
  'GET /api/game-days': { answer: z.object({ gameDays: z.array(plannedGameDay) }) },
  'POST /api/game-days': { body: planGameDay, status: 201, answer: plannedGameDay.extend({ warnings: z.array(z.string()) }) },
  'POST /api/game-days/:id/next': { params: gameDayId, status: 201, answer: z.object({ drill: z.string() }) },
  'POST /api/game-days/:id/end': { params: gameDayId, answer: gameDay },
  'DELETE /api/game-days/:id/people/:name': { params: gameDayId.extend({ name: z.string() }), answer: gameDay },
  'GET /api/game-day': {
    answer: z.object({
      gameDay: gameDay
        .extend({ running: z.string().nullable(), talk: z.array(said).describe('In drills and between them, oldest first.') })
        .nullable(),
      me: actor.nullable(),
    }),
  },
  'POST /api/game-day/join': { body: joinGameDay, status: 201, answer: gameDay },
  'PUT /api/game-day/role': { body: takeRole, answer: actor },
  'POST /api/game-day/chat': { body: addNote, answer: done },
} as const satisfies RouteTable

export const peopleRoutes = { ...peopleRouteTable, ...gameDayRouteTable } as const
