import { trace } from '@opentelemetry/api'
import type { ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib'
import { exchanges, queues, routingKeys } from '../contract.ts'
import { messageOf } from './errors.ts'
import { instrumented } from './libraries.ts'
import { untilItWorks } from './retry.ts'
import type { Service } from './service.ts'

// Safe: the package's own types.
const amqplib = instrumented('amqplib') as typeof import('amqplib')

/** Retries wait in queues of their own, one for each delay: a message with a longer delay never blocks a shorter one. */
export const retryDelaysMs = [500, 2_000, 8_000] as const

export const names = {
  exchange: exchanges.orders,
  deadExchange: exchanges.dead,
  confirmedKey: routingKeys.confirmed,
  fulfilledKey: routingKeys.fulfilled,
  ...queues,
  retry: (delayMs: number) => `orders.fulfilment.retry.${delayMs}ms`,
} as const

/** Milliseconds since the epoch: AMQP's own timestamp has only seconds. */
const publishedAt = 'x-published-at-ms'

export interface Queue {
  /** Publishes and resolves when the broker has taken responsibility for the message. */
  publish(exchange: string, key: string, message: PublishedMessage): Promise<void>
  /** Consumes until the service stops. The handler acknowledges. Survives the broker's restarts. */
  consume(queue: string, prefetch: number, handle: (message: ConsumeMessage, channel: ConfirmChannel) => Promise<void>): void
}

interface PublishedMessage {
  id: string
  body: Buffer
  headers?: Record<string, unknown>
}

interface Consumer {
  queue: string
  prefetch: number
  handle: (message: ConsumeMessage, channel: ConfirmChannel) => Promise<void>
}

/** Keeps one connection to RabbitMQ, with a channel for publishing and one for each consumer; reconnects by itself. */
export function connectQueue(service: Service, url: string): Queue {
  const log = service.app.log
  const consumers: Consumer[] = []
  let connection: ChannelModel | null = null
  let publishing: ConfirmChannel | null = null
  let connecting: Promise<void> | null = null
  const stopping = new AbortController()
  const inHand = new Set<Promise<void>>()
  const consuming = new Map<ConfirmChannel, string>()

  async function connect(): Promise<void> {
    const opened = await amqplib.connect(`${url}?heartbeat=10`, { timeout: 3_000 })
    opened.on('error', (error: unknown) => log.warn({ err: error }, 'the connection to RabbitMQ failed'))
    opened.on('close', () => {
      connection = publishing = null
      consuming.clear()
      if (!stopping.signal.aborted) void reconnect()
    })
    const channel = await opened.createConfirmChannel()
    channel.on('error', (error: unknown) => log.warn({ err: error }, 'the publishing channel failed'))
    await declare(channel)
    connection = opened
    publishing = channel
    for (const consumer of consumers) await subscribe(consumer)
  }

  function reconnect(): Promise<void> {
    connecting ??= untilItWorks(connect, {
      deadlineMs: Infinity,
      onFailure: (error) => log.info(`waiting for RabbitMQ: ${messageOf(error)}`),
      signal: stopping.signal,
    })
      .then(
        () => log.info('connected to RabbitMQ'),
        // The service is stopping.
        () => {},
      )
      .finally(() => (connecting = null))
    return connecting
  }

  async function subscribe({ queue, prefetch, handle }: Consumer): Promise<void> {
    if (!connection) return
    const channel = await connection.createConfirmChannel()
    channel.on('error', (error: unknown) => log.warn({ err: error, queue }, 'a consuming channel failed'))
    await channel.prefetch(prefetch)
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (!message) return
      traceWait(message)
      const work = handle(message, channel).catch((error: unknown) => {
        // Not acknowledged: the broker delivers it again once this channel is closed.
        log.error({ err: error, queue }, 'a message could not be settled')
      })
      inHand.add(work)
      void work.finally(() => inHand.delete(work))
    })
    consuming.set(channel, consumerTag)
  }

  service.readyWhen('rabbitmq', async () => {
    const probe = await amqplib.connect(url, { timeout: 1_200 })
    await probe.close()
  })
  service.onStop(async () => {
    stopping.abort()
    // Accepts no new messages, finishes current ones, then closes: nothing is lost and little is delivered twice.
    await Promise.all([...consuming].map(([channel, tag]) => channel.cancel(tag).catch(() => {})))
    await Promise.all(inHand)
    await connection?.close().catch(() => {})
  })
  void reconnect()

  return {
    async publish(exchange, key, message) {
      const channel = publishing
      if (!channel) throw new Error('not connected to RabbitMQ')
      await publishConfirmed(channel, exchange, key, message)
    },
    consume(queue, prefetch, handle) {
      const consumer = { queue, prefetch, handle }
      consumers.push(consumer)
      if (connection) void subscribe(consumer)
    },
  }
}

/** Records on the span of a message how long it has waited. */
function traceWait({ properties }: ConsumeMessage): void {
  const sentAt: unknown = properties.headers?.[publishedAt]
  if (typeof sentAt === 'number') trace.getActiveSpan()?.setAttribute('messaging.message.waited_ms', Date.now() - sentAt)
}

/** Publishes, and resolves once the broker has confirmed it. */
function publishConfirmed(channel: ConfirmChannel, exchange: string, key: string, { id, body, headers }: PublishedMessage): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('RabbitMQ did not confirm within 5 s')), 5_000)
    const options = {
      persistent: true,
      messageId: id,
      contentType: 'application/json',
      timestamp: Math.floor(Date.now() / 1_000),
      headers: { ...headers, [publishedAt]: Date.now() },
    }
    channel.publish(exchange, key, body, options, (error: unknown) => {
      clearTimeout(timer)
      if (error) reject(error instanceof Error ? error : new Error(messageOf(error)))
      else resolve()
    })
  })
}

/** Idempotent: the same declarations from every service, so that none depends on another's having started first. */
async function declare(channel: ConfirmChannel): Promise<void> {
  const durable = { durable: true }
  await channel.assertExchange(names.exchange, 'topic', durable)
  await channel.assertExchange(names.deadExchange, 'fanout', durable)
  await channel.assertQueue(names.fulfilment, { ...durable, deadLetterExchange: names.deadExchange })
  await channel.bindQueue(names.fulfilment, names.exchange, names.confirmedKey)
  await channel.assertQueue(names.fulfilled, durable)
  await channel.bindQueue(names.fulfilled, names.exchange, names.fulfilledKey)
  await channel.assertQueue(names.dead, durable)
  await channel.bindQueue(names.dead, names.deadExchange, '')
  for (const delayMs of retryDelaysMs) {
    await channel.assertQueue(names.retry(delayMs), {
      ...durable,
      messageTtl: delayMs,
      deadLetterExchange: '',
      deadLetterRoutingKey: names.fulfilment,
    })
  }
}
