import type { AffectedKind } from '../../model/affected.ts'
import { affectedOrders } from '../../drills/affected-orders.ts'
import type { Actor } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { HandledTickets } from '../../model/tickets.ts'
import { checkList } from '../../people/affected.ts'
import { ticketsIn } from '../../people/ticket-list.ts'
import { decideTicket } from '../../people/tickets.ts'
import type { Range } from '../../model/range.ts'
import type { Kept } from '../kept-requests.ts'
import type { CurrentDrill } from './current.ts'

/** The tickets that customers open in the running drill. */
export class Tickets {
  readonly #drill: CurrentDrill
  readonly #kept: Kept | undefined
  readonly #database: Pick<Range['database'], 'query'>

  /** @param kept failed requests of users; without them, no customer writes tickets. */
  constructor(drill: CurrentDrill, kept: Kept | undefined, database: Pick<Range['database'], 'query'>) {
    this.#drill = drill
    this.#database = database
    this.#kept = kept
  }

  /** Opens a ticket of a customer whose request failed, when the policy decides so. */
  act(): void {
    const state = this.#drill.running()
    if (!state || !this.#kept || state.mode === 'rehearsal') return
    // Not awaited: a Locust that hangs delays nothing.
    void this.#kept.refresh()
    const decision = decideTicket({ state, events: this.#drill.events, kept: this.#kept.requests, now: Date.now() })
    if (decision.kind === 'open') this.#drill.append({ type: 'ticket-opened', ...decision.ticket })
  }

  /**
   * Hands in the trainee's list of affected orders. It is compared with the database now, because the drill's end restores that; the debrief shows
   * how many were right. Resolves to the number of different orders. Throws `component-unreachable` if the database does not answer.
   */
  async submitAffected(kind: AffectedKind, orders: readonly string[], by?: Actor): Promise<number> {
    const { id, startedAt } = this.#drill.mustAllow('list-affected')
    const { must, may } = await affectedOrders(this.#database, kind, startedAt)
    // The database has no row for these.
    const lost = (this.#kept?.requests ?? []).flatMap(({ wrong, order, at }) =>
      wrong === 'lost' && order !== null && at >= startedAt ? [order] : [],
    )
    const checked = checkList(kind, orders, { must: kind === 'not-shipped' ? [...must, ...lost] : must, may })
    // Meanwhile the drill may be over, or another may have started.
    if (this.#drill.mustAllow('list-affected').id !== id)
      throw new FiredrillError('wrong-state', 'the drill is over: too late to list affected orders')
    this.#drill.append({ type: 'affected-listed', kind, listed: checked.listed }, by)
    this.#drill.append({ type: 'affected-checked', ...checked }, by)
    return checked.listed
  }

  /** Handles tickets for the trainee. Throws `not-found` for an unknown ticket, `conflict` for a closed one. */
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
