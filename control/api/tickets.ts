import { FiredrillError } from '../../model/errors.ts'
import { rowOf, ticketGroups, ticketsIn } from '../../people/ticket-list.ts'
import { offeredTemplates } from '../../people/ticket-templates.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** What customers wrote in a drill, and what the trainee does with it. */
export function ticketRoutes(app: Api, { ledger, engine, people }: ApiContext): void {
  serve(app, 'GET /api/drills/:id/tickets', async (request) => {
    const { id } = request.params
    if (!ledger.drill(id)) throw new FiredrillError('not-found', `there is no drill ${id}`)
    const tickets = ticketsIn(ledger.events(id))
    return {
      tickets: tickets.map((ticket) => ({ ...ticket, row: rowOf(ticket) })),
      groups: ticketGroups(tickets),
      templates: offeredTemplates,
    }
  })
  serve(app, 'POST /api/drills/:id/tickets/answer', async (request) => {
    engine.mustRun(request.params.id)
    engine.tickets.handle({ ...request.body, did: 'answered' }, people.of(request))
    return {}
  })
  serve(app, 'POST /api/drills/:id/tickets/link', async (request) => {
    engine.mustRun(request.params.id)
    engine.tickets.handle({ ...request.body, did: 'linked', template: null }, people.of(request))
    return {}
  })
  serve(app, 'POST /api/drills/:id/tickets/close', async (request) => {
    engine.mustRun(request.params.id)
    engine.tickets.handle({ ...request.body, did: 'closed', template: null }, people.of(request))
    return {}
  })
  /** A list of affected orders; the debrief shows how many were right. */
  serve(app, 'POST /api/drills/:id/affected', async (request) => {
    engine.mustRun(request.params.id)
    const { kind, orders } = request.body
    return { listed: await engine.tickets.submitAffected(kind, orders, people.of(request)) }
  })
}
