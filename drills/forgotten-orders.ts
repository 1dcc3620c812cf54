import type { Range } from '../model/range.ts'
import { confirmedBinding } from './queue-name.ts'

/** A confirmed order is shipped within a second; one that is older is no longer on its way. */
const forgottenAfter = '1 second'

/**
 * Announces orders again whose messages were dropped or dead-lettered: orders does the same, 45 to 75 s after their confirmation
 * (`shop/orders/reconciliation.ts`), and until then the range is not steady. The worker ignores what it has shipped already. Resolves to how many
 * there were; none while others wait in the queue, since they may be among them.
 */
export async function announceForgotten(range: Range): Promise<number> {
  if ((await range.queue.status(confirmedBinding.queue)).ready > 0) return 0
  const announced = await range.database.query(
    `insert into orders.outbox (order_id, routing_key, payload)
     select o.id, '${confirmedBinding.key}', jsonb_build_object('orderId', o.id, 'customer', o.customer, 'confirmedAt', o.confirmed_at,
       'items', (select jsonb_agg(jsonb_build_object('sku', i->>'sku', 'quantity', (i->>'quantity')::int)) from jsonb_array_elements(o.items) i))
     from orders.orders o
     where o.state = 'confirmed' and o.confirmed_at < now() - interval '${forgottenAfter}'
       and not exists (select 1 from orders.outbox x where x.order_id = o.id)
     order by o.confirmed_at
     returning order_id`,
  )
  return announced.length
}
