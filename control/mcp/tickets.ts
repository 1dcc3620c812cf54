import { submittedOrders } from '../../model/affected.ts'
import { answerTickets, whichTickets } from '../../model/tickets.ts'
import { defineTool, nothing, running, type Tool } from './tool.ts'

/** Tools by which an agent reads what customers wrote, and answers. */
export const tickets: readonly Tool[] = [
  defineTool({
    name: 'list_tickets',
    title: 'List tickets',
    description: `What customers wrote in this drill: what each saw, in their own words and in English, the order or product, when their request was sent, and the
id of its trace; \`row\` is a command that shows the order in the database, or the product with two prices. Grouped by what happened; with the templates for answers.`,
    input: nothing,
    readOnly: true,
    run: async (api) => api.get('/api/drills/:id/tickets', { id: await running(api) }),
  }),
  defineTool({
    name: 'answer_tickets',
    title: 'Answer tickets',
    description: 'Answers customers with one of the templates of list_tickets, each in their own language.',
    input: answerTickets,
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/tickets/answer', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'link_tickets',
    title: 'Link tickets',
    description: 'Notes that tickets are about the incident of this drill.',
    input: whichTickets,
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/tickets/link', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'close_tickets',
    title: 'Close tickets',
    description: 'Closes tickets. A closed ticket cannot be answered.',
    input: whichTickets,
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/tickets/close', { id: await running(api), body: input }),
  }),
  defineTool({
    name: 'submit_affected_orders',
    title: 'Hand in a list of affected orders',
    description: `Where an incident leaves data to correct: the numbers of all orders since the drill began that were paid and not shipped in time, or of charges without
an order. They are compared with the shop's database as it is now; the debrief says how many were right, missing and wrong.`,
    input: submittedOrders,
    readOnly: false,
    run: async (api, input) => api.post('/api/drills/:id/affected', { id: await running(api), body: input }),
  }),
]
