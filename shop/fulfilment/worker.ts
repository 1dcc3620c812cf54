import { setTimeout as delay } from 'node:timers/promises'
import { trace } from '@opentelemetry/api'
import type { ConfirmChannel, ConsumeMessage } from 'amqplib'
import type { FastifyBaseLogger } from 'fastify'
import { z } from 'zod'
import type { Database } from '../kit/database.ts'
import type { Client } from '../kit/http-client.ts'
import { counter, histogram, journeyEvents } from '../kit/metrics.ts'
import { names, type Queue } from '../kit/queue.ts'
import type { Behaviour } from './releases.ts'

const orderMessage = z.object({
  orderId: z.uuid(),
  customer: z.string().min(1),
  items: z.array(z.object({ sku: z.string(), quantity: z.number().int().min(1) })).min(1),
  confirmedAt: z.iso.datetime({ offset: true }),
})
type OrderMessage = z.infer<typeof orderMessage>

/** An order that was confirmed later than this from now was not confirmed: its message is damaged, or forged. */
const toleratedFutureMs = 60_000

/** Users expect their order on its way within this time. */
const promisedSeconds = 5

interface Dependencies {
  queue: Queue
  database: Database
  inventory: Client
  behaviour: Behaviour
  log: FastifyBaseLogger
}

/** Ships each confirmed order once: commits the stock, writes the shipment, notifies orders. Messages may be delivered twice. */
export function startWorker({ queue, database, inventory, behaviour, log }: Dependencies): void {
  const handled = counter('worker_messages_total', 'Messages by outcome', ['outcome'] as const)
  for (const outcome of ['done', 'repeated', 'retried', 'set-aside']) handled.inc({ outcome }, 0)
  const duration = histogram('worker_message_duration_seconds', 'Time to handle a message', [] as const)
  const waited = histogram('worker_message_wait_seconds', 'Time from the confirmation of an order to its handling', [] as const)
  const journey = journeyEvents()
  for (const outcome of ['good', 'slow', 'error']) journey.inc({ journey: 'fulfilment', outcome }, 0)

  async function ship(order: OrderMessage): Promise<'done' | 'repeated'> {
    // A parcel without its leaflet is better than none.
    if (behaviour.leaflet) await inventory.call('GET', '/shortages').catch(() => {})
    const { status } = await inventory.call('POST', `/reservations/${order.orderId}/commit`)
    if (status !== 200) throw new Error(`inventory answered ${status}`)
    const { rowCount } = await database.query(
      'insert into shipments (order_id, customer, parcels) values ($1, $2, $3) on conflict (order_id) do nothing',
      [order.orderId, order.customer, order.items.length],
    )
    // Sent even for a duplicate: the first notification may have been lost.
    await queue.publish(names.exchange, names.fulfilledKey, {
      id: order.orderId,
      body: Buffer.from(JSON.stringify({ orderId: order.orderId })),
    })
    return rowCount ? 'done' : 'repeated'
  }

  async function settleFailure(message: ConsumeMessage, channel: ConfirmChannel, attempt: number): Promise<void> {
    const next = behaviour.afterFailure(attempt)
    if (next.kind === 'again-at-once') {
      handled.inc({ outcome: 'retried' })
      await delay(500)
      channel.nack(message, false, true)
      return
    }
    if (next.kind === 'set-aside') {
      handled.inc({ outcome: 'set-aside' })
      journey.inc({ journey: 'fulfilment', outcome: 'error' })
      channel.nack(message, false, false)
      return
    }
    await queue.publish('', names.retry(next.delayMs), {
      id: String(message.properties.messageId),
      body: message.content,
      headers: { ...message.properties.headers, 'x-attempt': attempt + 1 },
    })
    handled.inc({ outcome: 'retried' })
    channel.ack(message)
  }

  queue.consume(names.fulfilment, behaviour.prefetch, async (message, channel) => {
    const startedAt = performance.now()
    behaviour.announce?.(message.content)
    const attempt = Number(message.properties.headers?.['x-attempt'] ?? 1)
    try {
      const order = orderMessage.parse(JSON.parse(message.content.toString('utf8')))
      if (Date.parse(order.confirmedAt) - Date.now() > toleratedFutureMs)
        throw new Error(`order ${order.orderId} was confirmed in the future, at ${order.confirmedAt}`)
      const waitSeconds = Math.max(0, (Date.now() - Date.parse(order.confirmedAt)) / 1_000)
      trace.getActiveSpan()?.setAttribute('messaging.message.wait_ms', Math.round(waitSeconds * 1_000))
      waited.observe({}, waitSeconds)
      const outcome = await (behaviour.packing?.(order.items.length, () => ship(order)) ?? ship(order))
      channel.ack(message)
      handled.inc({ outcome })
      if (outcome === 'done') journey.inc({ journey: 'fulfilment', outcome: waitSeconds <= promisedSeconds ? 'good' : 'slow' })
      log.info({ orderId: order.orderId, attempt, waitSeconds }, 'order shipped')
    } catch (error) {
      trace.getActiveSpan()?.recordException(error instanceof Error ? error : String(error))
      log.error({ err: error, messageId: message.properties.messageId, attempt }, 'a message could not be handled')
      await settleFailure(message, channel, attempt)
    } finally {
      duration.observe({}, (performance.now() - startedAt) / 1_000)
    }
  })
}
