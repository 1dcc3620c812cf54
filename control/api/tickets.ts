import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { submittedOrders } from '../../model/affected.ts'
import { answerTickets, whichTickets } from '../../model/tickets.ts'
import { rowOf, ticketGroups, ticketsIn } from '../../people/ticket-list.ts'
import { offeredTemplates } from '../../people/ticket-templates.ts'
import type { Api, ApiContext } from './context.ts'

const drillId = { params: z.object({ id: z.string() }) }

/** What customers wrote in a drill, and what is done with it. */
export function ticketRoutes(app: Api, { ledger, engine, people }: ApiContext): void {
  app.get('/api/drills/:id/tickets', { schema: drillId }, async (request) => {
    const { id } = request.params
    if (!ledger.drill(id)) throw new FiredrillError('not-found', `there is no drill ${id}`)
    const tickets = ticketsIn(ledger.events(id))
    return {
      tickets: tickets.map((ticket) => ({ ...ticket, row: rowOf(ticket) })),
      groups: ticketGroups(tickets),
      templates: offeredTemplates,
    }
  })
  app.post('/api/drills/:id/tickets/answer', { schema: { ...drillId, body: answerTickets } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.tickets.handle({ ...request.body, did: 'answered' }, people.of(request))
    return {}
  })
  app.post('/api/drills/:id/tickets/link', { schema: { ...drillId, body: whichTickets } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.tickets.handle({ ...request.body, did: 'linked', template: null }, people.of(request))
    return {}
  })
  app.post('/api/drills/:id/tickets/close', { schema: { ...drillId, body: whichTickets } }, async (request) => {
    engine.mustRun(request.params.id)
    engine.tickets.handle({ ...request.body, did: 'closed', template: null }, people.of(request))
    return {}
  })
  /** The orders that somebody found to be affected; how many were right is for the debrief. */
  app.post('/api/drills/:id/affected', { schema: { ...drillId, body: submittedOrders } }, async (request) => {
    engine.mustRun(request.params.id)
    const { kind, orders } = request.body
    return { listed: await engine.tickets.submitAffected(kind, orders, people.of(request)) }
  })
}
