import type { Database } from '../kit/database.ts'
import { every } from '../kit/every.ts'
import type { Client } from '../kit/http-client.ts'
import { gauge } from '../kit/metrics.ts'
import { names } from '../kit/queue.ts'
import type { Service } from '../kit/service.ts'

interface Dependencies {
  database: Database
  inventory: Client
  payments: Client
  wakeRelay(): void
}

/** Orders still pending after this were interrupted: their stock and money are returned. */
const interruptedAfter = '15 seconds'
/** Orders still unfulfilled after this are announced again: the worker ignores what it has done already. */
const forgottenAfter = '45 seconds'

/** Repairs what crashes and lost messages left behind, and measures how long users wait for their orders. */
export function startReconciliation(service: Service, { database, inventory, payments, wakeRelay }: Dependencies): void {
  const unfulfilled = gauge('orders_unfulfilled', 'Orders confirmed and not yet fulfilled', [] as const)
  const oldest = gauge('orders_unfulfilled_oldest_seconds', 'Age of the oldest order that is confirmed and not yet fulfilled', [] as const)
  unfulfilled.set(0)
  oldest.set(0)

  async function measure(): Promise<void> {
    const { rows } = await database.query<{ count: string; oldest: string | null }>(
      `select count(*) as count, extract(epoch from now() - min(confirmed_at)) as oldest from orders where state = 'confirmed'`,
    )
    unfulfilled.set(Number(rows[0]?.count ?? 0))
    oldest.set(Number(rows[0]?.oldest ?? 0))
  }

  /** First it can no longer be confirmed; then its reservations and charge are returned, with retries until that has succeeded. */
  async function undoInterrupted(): Promise<void> {
    await database.query(
      `update orders set state = 'failed' where id in (
         select id from orders where state = 'pending' and created_at < now() - interval '${interruptedAfter}'
         order by created_at limit 50 for update skip locked)`,
    )
    const { rows } = await database.query<{ id: string }>(
      `select id from orders where state = 'failed' and undone_at is null order by created_at limit 50`,
    )
    for (const { id } of rows) {
      await inventory.call('DELETE', `/reservations/${id}`)
      await payments.call('DELETE', `/charges/${id}`)
      await database.query('update orders set undone_at = now() where id = $1', [id])
    }
  }

  async function announceForgotten(): Promise<void> {
    const { rowCount } = await database.query(
      `insert into outbox (order_id, routing_key, payload)
       select o.id, '${names.confirmedKey}', jsonb_build_object('orderId', o.id, 'customer', o.customer, 'confirmedAt', o.confirmed_at,
         'items', (select jsonb_agg(jsonb_build_object('sku', i->>'sku', 'quantity', (i->>'quantity')::int)) from jsonb_array_elements(o.items) i))
       from orders o
       where o.state = 'confirmed' and o.confirmed_at < now() - interval '${forgottenAfter}'
         and not exists (select 1 from outbox x where x.order_id = o.id)
       order by o.confirmed_at limit 200`,
    )
    if (rowCount) {
      service.app.log.warn({ orders: rowCount }, 'orders were announced to fulfilment again')
      wakeRelay()
    }
  }

  every(service, 1_000, measure)
  every(service, 5_000, undoInterrupted)
  every(service, 30_000, announceForgotten)
}
