import type { Actor } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { HandledTickets } from '../../model/tickets.ts'
import { ticketsIn } from '../../people/ticket-list.ts'
import { decideTicket } from '../../people/tickets.ts'
import type { Kept } from '../kept-requests.ts'
import type { CurrentDrill } from './current.ts'

/** The tickets that customers open in the drill that runs. */
export class Tickets {
  readonly #drill: CurrentDrill
  readonly #kept: Kept | undefined

  /** @param kept the requests of users that went wrong; without them no customer writes. */
  constructor(drill: CurrentDrill, kept: Kept | undefined) {
    this.#drill = drill
    this.#kept = kept
  }

  /** Lets a customer write whose request went wrong, when their policy decides so. */
  act(): void {
    const state = this.#drill.running()
    if (!state || !this.#kept || state.mode === 'rehearsal') return
    // Not waited for: a Locust that hangs holds nothing up.
    void this.#kept.refresh()
    const decision = decideTicket({ state, events: this.#drill.events, kept: this.#kept.requests, now: Date.now() })
    if (decision.kind === 'open') this.#drill.append({ type: 'ticket-opened', ...decision.ticket })
  }

  /** What the trainee does with tickets. Throws `not-found` for a ticket that there is not, `conflict` for one that is closed. */
  handle(handled: HandledTickets, by?: Actor): void {
    this.#drill.mustAllow('handle-tickets')
    const tickets = ticketsIn(this.#drill.events)
    for (const number of handled.numbers) {
      const ticket = tickets.find((each) => each.number === number)
      if (!ticket) throw new FiredrillError('not-found', `there is no ticket ${number}: list the tickets to see their numbers`)
      if (ticket.closedAt !== null) throw new FiredrillError('conflict', `ticket ${number} is closed: leave it out`)
    }
    this.#drill.append({ type: 'tickets-handled', ...handled, numbers: [...new Set(handled.numbers)] }, by)
  }
}
