import { z } from 'zod'
import { describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'
import { keptOrder, type KeptOrder, type KeptRequest } from '../model/tickets.ts'
import type { Kept } from './kept-requests.ts'
import { LocustRing } from './locust-ring.ts'

/** An order is normally shipped within seconds; after this time its customer complains. */
const usualMs = 30_000
const everyMs = 10_000
/** Older answers of the database say nothing about now. */
const staleAfterMs = 25_000
/** Maximum number of orders that are followed: the newest ones. */
const most = 2_000
const mostAtOnce = 300

const row = z.object({ id: z.string(), charged: z.boolean(), shipped: z.boolean() })

/** The state of an order whose customer was told that it is confirmed. */
export const orderFates = `select o.id::text as id, coalesce(c.state = 'charged', false) as charged, s.order_id is not null as shipped
  from orders.orders o left join payments.charges c on c.order_id = o.id left join fulfilment.shipments s on s.order_id = o.id
  where o.id = any ($1::uuid[])`
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Orders that were confirmed to a customer and charged, but not shipped in the usual time, or that the database does not have. The confirmation is
 * from Locust's records, the state from the database.
 */
export class KeptOrders implements Kept {
  readonly #ring: LocustRing<KeptOrder>
  readonly #database: Pick<Range['database'], 'query'>
  /** Neither shipped nor cancelled, by order, oldest first. */
  #open = new Map<string, KeptOrder>()
  #wrong: KeptRequest[] = []
  #lookedAt = -Infinity
  #answeredAt = -Infinity
  #asking = false
  #told = false

  constructor(url: string, database: Pick<Range['database'], 'query'>) {
    this.#ring = new LocustRing(url, keptOrder, 'orders')
    this.#database = database
  }

  /** Empty while the database does not answer: a complaint has to be true when it is made. */
  get requests(): readonly KeptRequest[] {
    return Date.now() - this.#answeredAt > staleAfterMs ? [] : this.#wrong
  }

  async refresh(): Promise<void> {
    for (const order of await this.#ring.take()) if (order.order !== null && uuid.test(order.order)) this.#open.set(order.order, order)
    this.#open = new Map([...this.#open].slice(-most))
    const now = Date.now()
    if (this.#asking || now - this.#lookedAt < everyMs) return
    this.#lookedAt = now
    this.#asking = true
    const due = [...this.#open].filter(([, { at, durationMs }]) => at + durationMs + usualMs <= now).slice(0, mostAtOnce)
    try {
      this.#wrong = due.length === 0 ? [] : await this.#fates(due)
      this.#answeredAt = Date.now()
      this.#told = false
    } catch (error) {
      if (!this.#told) process.stderr.write(`what became of orders: ${describeError(error)}\n`)
      this.#told = true
    } finally {
      this.#asking = false
    }
  }

  async #fates(due: readonly [string, KeptOrder][]): Promise<KeptRequest[]> {
    const found = z.array(row).parse(await this.#database.query(orderFates, [due.map(([id]) => id)]))
    const byId = new Map(found.map((each) => [each.id, each]))
    return due.flatMap(([id, order]): KeptRequest[] => {
      const its = byId.get(id)
      const noticedAt = order.at + order.durationMs + usualMs
      if (!its) return [{ ...order, wrong: 'lost', noticedAt }]
      if (its.charged && !its.shipped) return [{ ...order, wrong: 'unshipped', noticedAt }]
      // Shipped, or nothing was paid: nobody complains.
      this.#open.delete(id)
      return []
    })
  }
}
