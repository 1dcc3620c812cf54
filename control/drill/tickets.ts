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

/** The tickets that customers open in the drill that runs. */
export class Tickets {
  readonly #drill: CurrentDrill
  readonly #kept: Kept | undefined
  readonly #database: Pick<Range['database'], 'query'>

  /** @param kept the requests of users that went wrong; without them no customer writes. */
  constructor(drill: CurrentDrill, kept: Kept | undefined, database: Pick<Range['database'], 'query'>) {
    this.#drill = drill
    this.#database = database
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

  /**
   * The trainee hands in the orders that they found to be affected. They are held against the database as it is now, as it is restored after the drill; how
   * many were right is told in the debrief. Resolves to how many different ones were listed. Throws `component-unreachable` where the database does not answer.
   */
  async submitAffected(kind: AffectedKind, orders: readonly string[], by?: Actor): Promise<number> {
    const { id, startedAt } = this.#drill.mustAllow('list-affected')
    const { must, may } = await affectedOrders(this.#database, kind, startedAt)
    // The database has no row of these.
    const lost = (this.#kept?.requests ?? []).flatMap(({ wrong, order, at }) =>
      wrong === 'lost' && order !== null && at >= startedAt ? [order] : [],
    )
    const checked = checkList(kind, orders, { must: kind === 'not-shipped' ? [...must, ...lost] : must, may })
    // Meanwhile it may be over, or another may have begun.
    if (this.#drill.mustAllow('list-affected').id !== id)
      throw new FiredrillError('wrong-state', 'the drill is over: too late to list affected orders')
    this.#drill.append({ type: 'affected-listed', kind, listed: checked.listed }, by)
    this.#drill.append({ type: 'affected-checked', ...checked }, by)
    return checked.listed
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
