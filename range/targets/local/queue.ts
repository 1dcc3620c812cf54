import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import amqp from 'amqplib'
import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { QueueMessage, Range } from '../../../model/range.ts'
import { memoryLimitBytes, rabbitmqNode } from '../../components/rabbitmq.ts'
import { amqpUrl } from '../../components/service.ts'
import type { RangeContext } from '../../context.ts'

const run = promisify(execFile)
const callTimeoutMs = 10_000

/** The RabbitMQ of this machine: over AMQP as any client, and over `rabbitmqctl` as its administrator. */
export function localQueue(context: RangeContext, control: RabbitmqCtl = localControl(context)): Range['queue'] {
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
        // Unacknowledged messages go back to their places when the channel closes.
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
    bindings: async () => {
      const text = await control('list_bindings', '--formatter', 'json')
      return bindingList
        .parse(JSON.parse(text))
        .filter(({ source_name, destination_kind }) => source_name !== '' && destination_kind === 'queue')
        .map(({ source_name, destination_name, routing_key }) => ({ exchange: source_name, queue: destination_name, key: routing_key }))
        .toSorted((a, b) => `${a.queue} ${a.exchange}`.localeCompare(`${b.queue} ${b.exchange}`))
    },
    bind: ({ queue, exchange, key }) =>
      withChannel(amqpUrl(context), async (channel) => void (await channel.bindQueue(queue, exchange, key))),
    unbind: ({ queue, exchange, key }) =>
      withChannel(amqpUrl(context), async (channel) => void (await channel.unbindQueue(queue, exchange, key))),
    async memory() {
      const text = await control(
        'eval',
        'io:format("~w ~w ~w", [vm_memory_monitor:get_memory_limit(), vm_memory_monitor:get_process_memory(), [R || {{resource_limit, R, _}, _} <- rabbit_alarm:get_alarms()]]).',
      )
      const [, limit, used, alarms] = /^(\d+) (\d+) \[(.*)\]/.exec(text) ?? []
      if (!limit) throw new FiredrillError('component-failed', `RabbitMQ: unexpected answer ${text.slice(0, 200)}`)
      return { limitBytes: Number(limit), usedBytes: Number(used), alarms: alarms ? alarms.split(',') : [] }
    },
    limitMemory: async (bytes) => void (await control('set_vm_memory_high_watermark', 'absolute', String(bytes ?? memoryLimitBytes))),
  }
}

const bindingList = z.array(
  z.object({ source_name: z.string(), destination_name: z.string(), destination_kind: z.string(), routing_key: z.string() }),
)

/** Runs `rabbitmqctl` on a range's node; resolves to what it prints. */
export type RabbitmqCtl = (...args: string[]) => Promise<string>

const localControl =
  (context: RangeContext): RabbitmqCtl =>
  async (...args) => {
    const file = path.join(path.dirname(context.binaries.rabbitmqServer), 'rabbitmqctl')
    try {
      const { stdout } = await run(file, ['--silent', ...args], {
        timeout: callTimeoutMs,
        killSignal: 'SIGKILL',
        env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...rabbitmqNode(context) },
      })
      return stdout
    } catch (error) {
      throw new FiredrillError('component-unreachable', `RabbitMQ: ${describeError(error)}`, { cause: error })
    }
  }

/** Up to `limit` messages from the head of a queue, pushed and not asked for one by one; what is not acknowledged goes back as the channel closes. */
async function head(channel: amqp.ConfirmChannel, queue: string, limit: number): Promise<amqp.ConsumeMessage[]> {
  const got: amqp.ConsumeMessage[] = []
  await channel.prefetch(limit)
  const { consumerTag } = await channel.consume(queue, (message) => void (message && got.push(message)))
  while (got.length < limit && (await channel.checkQueue(queue)).messageCount > 0);
  // Its answer comes after all that was pushed.
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
    // First the channel: a connection that is closed at once may not send what was acknowledged last.
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
