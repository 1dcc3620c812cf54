import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import amqp from 'amqplib'
import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { until } from '../../../model/until.ts'
import type { BrokerMemory, QueueMessage, Range } from '../../../model/range.ts'
import { byRoute } from '../../../model/range/queue.ts'
import { localNode, memoryLimitBytes } from '../../components/rabbitmq.ts'
import { amqpUrl } from '../../components/service.ts'
import { dataDir, type RangeContext } from '../../context.ts'
import { asOwnerOf } from '../../shop-user.ts'

const run = promisify(execFile)
const callTimeoutMs = 10_000

/** A new limit is active when the broker reports it, once a second. */
const limitToldMs = 5_000

/**
 * The RabbitMQ of this machine: over AMQP like any client, and for administration over HTTP. Only a change of its memory limit uses `rabbitmqctl`, an
 * Erlang VM of its own, which takes half a minute to start on a busy machine, or fails.
 */
export function localQueue(context: RangeContext, control: RabbitmqCtl = localControl(context)): Range['queue'] {
  const memory = async () => memoryIn(await administration(context, 'rabbitmqMetrics', '/metrics'))
  return {
    status: (queue) =>
      withChannel(amqpUrl(context), async (channel) => {
        const { messageCount, consumerCount } = await channel.checkQueue(queue)
        return { name: queue, ready: messageCount, consumers: consumerCount }
      }),
    publish: (queue, body, headers = {}) =>
      withChannel(amqpUrl(context), async (channel) => {
        channel.sendToQueue(queue, Buffer.from(body), {
          persistent: true,
          headers,
          contentType: 'application/json',
          messageId: randomUUID(),
        })
        await channel.waitForConfirms()
      }),
    peek: (queue, limit) =>
      withChannel(amqpUrl(context), async (channel) => {
        const messages: QueueMessage[] = []
        // Unacknowledged messages return to their positions when the channel closes.
        while (messages.length < limit) {
          const got = await channel.get(queue)
          if (!got) break
          messages.push(readMessage(got))
        }
        return messages
      }),
    purge: (queue) => withChannel(amqpUrl(context), async (channel) => (await channel.purgeQueue(queue)).messageCount),
    move: (from, to, limit, accept = () => true) =>
      withChannel(amqpUrl(context), async (channel) => {
        const accepted = (await head(channel, from, limit)).filter((got) => accept(readMessage(got)))
        if (to !== null) {
          for (const got of accepted) channel.sendToQueue(to, got.content, { ...got.properties, persistent: true })
          await channel.waitForConfirms()
        }
        for (const got of accepted) channel.ack(got)
        return accepted.length
      }),
    bindings: async () =>
      bindingList
        .parse(JSON.parse(await administration(context, 'rabbitmqManagement', '/api/bindings/%2F')))
        .filter(({ source, destination_type }) => source !== '' && destination_type === 'queue')
        .map(({ source, destination, routing_key }) => ({ exchange: source, queue: destination, key: routing_key }))
        .toSorted(byRoute),
    bind: ({ queue, exchange, key }) =>
      withChannel(amqpUrl(context), async (channel) => void (await channel.bindQueue(queue, exchange, key))),
    unbind: ({ queue, exchange, key }) =>
      withChannel(amqpUrl(context), async (channel) => void (await channel.unbindQueue(queue, exchange, key))),
    policies: async () =>
      policyList
        .parse(JSON.parse(await administration(context, 'rabbitmqManagement', policiesPath)))
        .map(({ name, pattern, definition }) => ({ name, pattern, definition }))
        .toSorted((a, b) => a.name.localeCompare(b.name)),
    async setPolicy({ name, pattern, definition }) {
      const body = JSON.stringify({ pattern, definition, 'apply-to': 'queues' })
      await administration(context, 'rabbitmqManagement', `${policiesPath}/${encodeURIComponent(name)}`, { method: 'PUT', body })
    },
    async removePolicy(name) {
      await administration(context, 'rabbitmqManagement', `${policiesPath}/${encodeURIComponent(name)}`, { method: 'DELETE' })
    },
    memory,
    async limitMemory(bytes) {
      const wanted = bytes ?? memoryLimitBytes
      await control('set_vm_memory_high_watermark', 'absolute', String(wanted))
      await until('RabbitMQ to tell of its new limit', limitToldMs, async () => (await memory()).limitBytes === wanted, 100)
    },
  }
}

const bindingList = z.array(
  z.object({ source: z.string(), destination: z.string(), destination_type: z.string(), routing_key: z.string() }),
)

const policiesPath = '/api/policies/%2F'
const policyList = z.array(
  z.object({ name: z.string(), pattern: z.string(), definition: z.record(z.string(), z.union([z.string(), z.number()])) }),
)

/** Resources above their limit, from the broker's own metrics. */
const alarmMetrics: Record<string, string> = {
  memory: 'rabbitmq_alarms_memory_used_watermark',
  disk: 'rabbitmq_alarms_free_disk_space_watermark',
  file_descriptor_limit: 'rabbitmq_alarms_file_descriptor_limit',
}

/** The broker's memory metrics, at the address that Prometheus scrapes. */
function memoryIn(metrics: string): BrokerMemory {
  const value = (name: string): number => {
    const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1]
    if (found === undefined) throw new FiredrillError('component-failed', `RabbitMQ does not tell ${name}: is it starting?`)
    return Number(found)
  }
  return {
    limitBytes: value('rabbitmq_resident_memory_limit_bytes'),
    usualLimitBytes: memoryLimitBytes,
    usedBytes: value('rabbitmq_process_resident_memory_bytes'),
    alarms: Object.keys(alarmMetrics).filter((resource) => value(alarmMetrics[resource] ?? '') > 0),
  }
}

/** Sends a request to the broker over HTTP, as its administrator. */
async function administration(
  context: RangeContext,
  port: 'rabbitmqManagement' | 'rabbitmqMetrics',
  path: string,
  { method = 'GET', body = null }: { method?: 'GET' | 'PUT' | 'DELETE'; body?: string | null } = {},
): Promise<string> {
  const credentials = Buffer.from(`shop:${context.config.passwords.rabbitmq}`).toString('base64')
  try {
    const response = await fetch(`http://127.0.0.1:${context.port(port)}${path}`, {
      method,
      body,
      headers: { authorization: `Basic ${credentials}`, ...(body === null ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(callTimeoutMs),
    })
    if (!response.ok) throw new Error(`it answered ${response.status} ${(await response.text()).slice(0, 200)}`)
    return await response.text()
  } catch (error) {
    throw new FiredrillError('component-unreachable', `RabbitMQ: ${describeError(error)}`, { cause: error })
  }
}

/** Path of `rabbitmqctl` on this machine. */
export const brokerControl = ({ binaries }: Pick<RangeContext, 'binaries'>): string =>
  path.join(path.dirname(binaries.rabbitmqServer), 'rabbitmqctl')

/** Runs `rabbitmqctl` on a range's node; resolves to its output. */
type RabbitmqCtl = (...args: string[]) => Promise<string>

const localControl =
  (context: RangeContext): RabbitmqCtl =>
  async (...args) => {
    const file = brokerControl(context)
    try {
      const { stdout } = await run(file, ['--silent', ...args], {
        timeout: callTimeoutMs,
        killSignal: 'SIGKILL',
        // An Erlang VM executes files in its home, and trusts its peer.
        ...asOwnerOf(dataDir(context, 'rabbitmq')),
        cwd: '/',
        env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...localNode(context) },
      })
      return stdout
    } catch (error) {
      throw new FiredrillError('component-unreachable', `RabbitMQ: ${describeError(error)}`, { cause: error })
    }
  }

/**
 * Up to `limit` messages from the head of a queue, delivered together instead of one by one; those that are not acknowledged return as the channel
 * closes.
 */
async function head(channel: amqp.ConfirmChannel, queue: string, limit: number): Promise<amqp.ConsumeMessage[]> {
  const got: amqp.ConsumeMessage[] = []
  await channel.prefetch(limit)
  const { consumerTag } = await channel.consume(queue, (message) => void (message && got.push(message)))
  while (got.length < limit && (await channel.checkQueue(queue)).messageCount > 0);
  // Its answer comes after all delivered messages.
  await channel.cancel(consumerTag)
  return got
}

const readMessage = (got: amqp.GetMessage | amqp.ConsumeMessage): QueueMessage => ({
  messageId: typeof got.properties.messageId === 'string' ? got.properties.messageId : null,
  redelivered: got.fields.redelivered,
  body: got.content.toString('utf8').slice(0, 2_000),
  headers: got.properties.headers ?? {},
})

async function withChannel<Result>(url: string, use: (channel: amqp.ConfirmChannel) => Promise<Result>): Promise<Result> {
  const giveUp = AbortSignal.timeout(callTimeoutMs)
  let connection: amqp.ChannelModel | undefined
  const work = async () => {
    connection = await amqp.connect(url, { timeout: 5_000 })
    connection.on('error', () => {})
    const channel = await connection.createConfirmChannel()
    channel.on('error', () => {})
    const result = await use(channel)
    // The channel first: closing the connection immediately may lose the last acknowledgements.
    await channel.close()
    return result
  }
  try {
    return await Promise.race([
      work(),
      new Promise<never>((_, reject) => {
        giveUp.addEventListener('abort', () => reject(new Error(`no answer within ${callTimeoutMs / 1000} s`)), {
          once: true,
        })
      }),
    ])
  } catch (error) {
    throw new FiredrillError('component-unreachable', `RabbitMQ: ${describeError(error)}`, { cause: error })
  } finally {
    await connection?.close().catch(() => {})
  }
}
