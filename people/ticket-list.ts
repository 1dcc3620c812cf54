import type { DrillEvent } from '../model/drill.ts'
import { ticketTemplates } from './ticket-templates.ts'
import { ticketKindTitles, type HandledTickets } from '../model/tickets.ts'
import type { Ticket, TicketGroup } from '../model/routes/people.ts'

/** A drill's tickets, folded from its events, oldest first. */
export function ticketsIn(events: readonly DrillEvent[]): Ticket[] {
  const tickets = new Map<number, Ticket>()
  for (const event of events) {
    if (event.type === 'ticket-opened') {
      const { type: _type, id: _id, drill: _drill, by: _by, ...opened } = event
      tickets.set(event.number, { ...opened, answers: [], linked: false, closedAt: null })
    }
    if (event.type !== 'tickets-handled') continue
    for (const number of event.numbers) {
      const ticket = tickets.get(number)
      if (ticket) tickets.set(number, handled(ticket, event))
    }
  }
  return [...tickets.values()]
}

function handled(ticket: Ticket, { did, template, at }: HandledTickets & { at: number }): Ticket {
  switch (did) {
    case 'answered':
      return template === null ? ticket : { ...ticket, answers: [...ticket.answers, { at, template }] }
    case 'linked':
      return { ...ticket, linked: true }
    case 'closed':
      return { ...ticket, closedAt: ticket.closedAt ?? at }
  }
}

const isNumber = (text: string | null): text is string => text !== null && /^[\w-]+$/.test(text)

/**
 * A command that shows the ticket's row in the shop's database, for a terminal: the state of its order, with its charge and its parcel; or the price
 * of a product that has two. Null if there is neither.
 */
export const rowOf = ({ order, product, kind }: Pick<Ticket, 'order' | 'product' | 'kind'>): string | null =>
  // Only a number is inserted without quotes.
  kind === 'price' && isNumber(product)
    ? `psql -xc "select sku, name, price_cents, updated_at from catalog.products where sku = '${product}'"`
    : !isNumber(order)
      ? null
      : `psql -xc "select o.*, c.state as charge, s.created_at as shipped_at from orders.orders o left join payments.charges c on c.order_id = o.id left join fulfilment.shipments s on s.order_id = o.id where o.id = '${order}'"`

/** Tickets about the same thing, the largest group first. */
export function ticketGroups(tickets: readonly Ticket[]): TicketGroup[] {
  const groups = new Map<string, TicketGroup>()
  for (const { kind, journey, number, closedAt } of tickets) {
    const key = `${kind} ${journey}`
    const group = groups.get(key) ?? { kind, title: ticketKindTitles[kind], journey, numbers: [], open: 0 }
    groups.set(key, { ...group, numbers: [...group.numbers, number], open: group.open + (closedAt === null ? 1 : 0) })
  }
  return [...groups.values()].toSorted((a, b) => b.numbers.length - a.numbers.length)
}

/** What was done with tickets, in a sentence. */
export function ticketsHandled({ numbers, did, template }: HandledTickets): string {
  const which = `${numbers.length === 1 ? 'Ticket' : 'Tickets'} ${new Intl.ListFormat('en').format(numbers.map(String))}`
  const was = numbers.length === 1 ? 'was' : 'were'
  if (did === 'answered') return `${which} ${was} answered: ${template === null ? '' : ticketTemplates[template].title}.`
  return did === 'linked' ? `${which} ${was} linked to the incident.` : `${which} ${was} closed.`
}
