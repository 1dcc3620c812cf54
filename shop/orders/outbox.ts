import { context, propagation } from '@opentelemetry/api'
import type { Database } from '../kit/database.ts'
import { messageOf } from '../kit/errors.ts'
import { gauge } from '../kit/metrics.ts'
import { names, type Queue } from '../kit/queue.ts'
import type { Service } from '../kit/service.ts'

interface OutboxRow {
  id: string
  order_id: string
  routing_key: string
  payload: unknown
  trace_context: Record<string, string>
}

const batch = 20
const idleMs = 500

/**
 * Publishes the messages in the outbox, oldest first, and deletes a row only when the broker has confirmed it: at least once, never lost. Triggered
 * by each order, and periodically for what was left behind.
 */
export function startOutboxRelay(service: Service, database: Database, queue: Queue): { wake(): void } {
  const pending = gauge('outbox_pending', 'Messages that wait to be published', [] as const)
  let stopping = false
  let timer: NodeJS.Timeout | undefined
  let wakened = false
  let wakeUp = () => {}

  /** Publishes one batch; returns how many rows it saw. */
  const publishBatch = () =>
    database.transaction(async (client) => {
      const { rows } = await client.query<OutboxRow>(
        `select id, order_id, routing_key, payload, trace_context from outbox order by id limit ${batch} for update skip locked`,
      )
      await Promise.all(
        rows.map((row) =>
          // The relay continues the trace of the request that wrote the message.
          context.with(propagation.extract(context.active(), row.trace_context), () =>
            queue.publish(names.exchange, row.routing_key, { id: row.order_id, body: Buffer.from(JSON.stringify(row.payload)) }),
          ),
        ),
      )
      if (rows.length > 0) await client.query('delete from outbox where id = any($1)', [rows.map((row) => row.id)])
      return rows.length
    })

  async function run(): Promise<void> {
    while (!stopping) {
      try {
        const seen = await publishBatch()
        pending.set(seen)
        if (seen === batch) continue
      } catch (error) {
        service.app.log.warn(`the outbox waits: ${messageOf(error)}`)
        wakened = false
      }
      if (stopping) break
      if (!wakened) {
        await new Promise<void>((resolve) => {
          wakeUp = resolve
          timer = setTimeout(resolve, idleMs)
        })
        clearTimeout(timer)
      }
      wakened = false
    }
  }
  const running = run()

  service.onStop(async () => {
    stopping = true
    wakeUp()
    await running
  })
  return {
    wake() {
      wakened = true
      wakeUp()
    },
  }
}
