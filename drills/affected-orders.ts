import type { AffectedKind } from '../model/affected.ts'
import type { Range } from '../model/range.ts'

/** Orders that must be in a list of affected ones, and those that may be: a doubtful case costs no points. */
interface Affected {
  must: readonly string[]
  may: readonly string[]
}

/**
 * One row for each affected order since a moment: `must` is true if there is no doubt.
 *
 * - Not shipped: confirmed and charged. Doubtful: the last minute, since an order may be shipped while a list is made, and orders up to a minute
 * late.
 * - Charged without an order: the money was taken, and no confirmed or shipped order exists. Doubtful: the last minute, and refunded charges.
 */
const rules: Record<AffectedKind, string> = {
  'not-shipped': `select o.id::text as id,
      coalesce(s.created_at - o.confirmed_at > interval '60 seconds', o.confirmed_at < now() - interval '60 seconds') as must
    from orders.orders o join payments.charges c on c.order_id = o.id and c.state = 'charged'
    left join fulfilment.shipments s on s.order_id = o.id
    where o.confirmed_at >= $1 and (s.created_at is null or s.created_at - o.confirmed_at > interval '6 seconds')`,
  'charged-without-order': `select c.order_id::text as id, c.state = 'charged' and c.created_at < now() - interval '60 seconds' as must
    from payments.charges c left join orders.orders o on o.id = c.order_id
    where c.created_at >= $1 and c.amount_cents > 0 and c.state <> 'declined' and (o.id is null or o.state not in ('confirmed', 'fulfilled'))`,
}

const queries: Record<AffectedKind, (since: string) => string> = {
  'not-shipped': (since) =>
    `select o.id from orders.orders o join payments.charges c on c.order_id = o.id and c.state = 'charged' left join fulfilment.shipments s on s.order_id = o.id where o.confirmed_at >= '${since}' and coalesce(s.created_at, now()) - o.confirmed_at > interval '60 seconds'`,
  'charged-without-order': (since) =>
    `select c.order_id from payments.charges c left join orders.orders o on o.id = c.order_id where c.state = 'charged' and c.created_at >= '${since}' and (o.id is null or o.state not in ('confirmed', 'fulfilled'))`,
}
/** A query for finding them by hand, which the debrief shows beside a list. `since` is in milliseconds since the epoch. */
export const affectedQuery = (kind: AffectedKind, since: number): string => queries[kind](new Date(since).toISOString())

/** The affected orders since a moment (milliseconds since the epoch), from the shop's database. Throws `component-unreachable`. */
export async function affectedOrders(database: Pick<Range['database'], 'query'>, kind: AffectedKind, since: number): Promise<Affected> {
  const rows = await database.query<{ id: string; must: boolean }>(rules[kind], [new Date(since).toISOString()])
  const of = (wanted: boolean) => rows.flatMap(({ id, must }) => (must === wanted ? [id] : []))
  return { must: of(true), may: of(false) }
}
