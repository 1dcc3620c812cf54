import { z } from 'zod'
import type { Database } from '../kit/database.ts'
import { names, type Queue } from '../kit/queue.ts'

const message = z.object({ orderId: z.uuid() })

/** Marks orders as fulfilled when the worker reports it. Idempotent. */
export function consumeFulfilled(queue: Queue, database: Database): void {
  queue.consume(names.fulfilled, 20, async (delivery, channel) => {
    const parsed = message.safeParse(JSON.parse(delivery.content.toString('utf8')))
    if (parsed.success) {
      try {
        await database.query(`update orders set state = 'fulfilled', fulfilled_at = now() where id = $1 and state = 'confirmed'`, [
          parsed.data.orderId,
        ])
      } catch (error) {
        // The database is down: keep the message at the broker, and do not spin.
        setTimeout(() => channel.nack(delivery, false, true), 1_000)
        throw error
      }
    }
    channel.ack(delivery)
  })
}
