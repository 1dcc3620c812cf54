import { randomUUID } from 'node:crypto'
import path from 'node:path'
import amqp from 'amqplib'
import { Redis } from 'ioredis'
import pg from 'pg'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { Deployment, LoadStatus, QueueMessage, Range } from '../../../model/range.ts'
import { amqpUrl, databaseUrl } from '../../components/service.ts'
import { logFile } from '../../context.ts'
import { releasesOf } from '../../releases.ts'
import { liveness } from './identity.ts'
import { launch, terminate } from './process.ts'
import type { LocalTarget } from './target.ts'

const callTimeoutMs = 10_000

/** The `Range` of this machine. Each call opens what it needs and closes it: nothing goes stale when a component restarts. */
export function localRange(target: LocalTarget): Range {
  const { context, state } = target
  return {
    status: () => target.status(),

    processes: {
      start: async (name) => void (await target.start(name)),
      stop: (name) => target.stop(name),
      restart: (name) => target.restart(name),
      signal: async (name, signal) => target.signal(name, signal),
    },

    releases: {
      list: (service) => releasesOf(context.root, service).releases,
      baseline: (service) => releasesOf(context.root, service).baseline,
      current: async (service) => target.currentVersion(service),
      history: async () => state.deployments(),
      async deploy(service, version, by) {
        const known = releasesOf(context.root, service).releases.map((release) => release.version)
        if (!known.includes(version)) {
          throw new FiredrillError('bad-request', `${service} has no release ${version}: choose ${known.join(', ')}`)
        }
        const previous = target.currentVersion(service)
        const deployment: Deployment = { service, version, previous, at: new Date().toISOString(), by }
        if (version !== previous) {
          state.recordDeployment(deployment)
          await target.restart(service)
        }
        return deployment
      },
    },

    config: {
      get: async (service) => state.overrides(service),
      async set(service, overrides) {
        const before = state.overrides(service)
        if (JSON.stringify(before) === JSON.stringify(overrides)) return
        state.setOverrides(service, overrides)
        await target.restart(service)
      },
    },

    database: {
      async query<Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) {
        const client = new pg.Client({
          connectionString: databaseUrl(context, 'postgres'),
          connectionTimeoutMillis: 5_000,
          query_timeout: callTimeoutMs,
          application_name: 'firedrill',
        })
        client.on('error', () => {})
        try {
          await client.connect()
          return (await client.query<Row>(sql, params)).rows
        } catch (error) {
          throw new FiredrillError('component-unreachable', `PostgreSQL: ${describeError(error)}`, { cause: error })
        } finally {
          await client.end().catch(() => {})
        }
      },
    },

    cache: {
      async command(name, ...args) {
        const client = new Redis(context.port('redis'), '127.0.0.1', {
          lazyConnect: true,
          connectTimeout: 3_000,
          commandTimeout: 5_000,
          maxRetriesPerRequest: 0,
          retryStrategy: () => null,
        })
        client.on('error', () => {})
        try {
          await client.connect()
          return await client.call(name, ...args)
        } catch (error) {
          throw new FiredrillError('component-unreachable', `Redis: ${describeError(error)}`, { cause: error })
        } finally {
          client.disconnect()
        }
      },
    },

    queue: {
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
          let moved = 0
          for (let looked = 0; looked < limit; looked++) {
            const got = await channel.get(from)
            if (!got) break
            if (!accept(readMessage(got))) continue
            if (to !== null) {
              channel.sendToQueue(to, got.content, { ...got.properties, persistent: true })
              await channel.waitForConfirms()
            }
            channel.ack(got)
            moved++
          }
          return moved
        }),
    },

    jobs: {
      async start(name, params) {
        const id = `${name}-${randomUUID().slice(0, 8)}`
        const startedAt = Date.now()
        const identity = await launch(
          {
            file: context.binaries.node,
            args: [path.join(context.root, 'shop', 'jobs', `${name}.ts`)],
            cwd: context.root,
            env: { DATABASE_URL: databaseUrl(context, 'postgres'), JOB_NAME: name, ...params },
          },
          context.config.id,
          logFile(context, 'jobs'),
        )
        state.setRun(`job-${id}`, { ...identity, startedAt, readyAfterMs: 0, stopping: false })
        return id
      },
      async stop(id) {
        const record = state.run(`job-${id}`)
        if (!record) return
        await terminate(record, { signal: 'SIGTERM', deadlineMs: 2_000 })
        state.clearRun(`job-${id}`)
      },
      running: async () =>
        state.jobs().filter((id) => {
          const record = state.run(`job-${id}`)
          return record !== null && liveness(record) !== 'gone'
        }),
    },

    load: {
      async status(): Promise<LoadStatus> {
        const url = `http://127.0.0.1:${context.port('locust')}/locust/stats/requests`
        const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
          throw new FiredrillError('component-unreachable', `Locust: ${describeError(error)}`, { cause: error })
        })
        // Safe: Locust's own statistics; every field that is used has a fallback.
        const stats = (await response.json()) as {
          state?: LoadStatus['state']
          user_count?: number
          total_rps?: number
          fail_ratio?: number
          current_response_time_percentiles?: Record<string, number | null>
        }
        const percentiles = stats.current_response_time_percentiles ?? {}
        return {
          state: stats.state ?? 'missing',
          users: stats.user_count ?? 0,
          rps: stats.total_rps ?? 0,
          failRatio: stats.fail_ratio ?? 0,
          p50Ms: percentiles['response_time_percentile_0.5'] ?? null,
          p95Ms: percentiles['response_time_percentile_0.95'] ?? null,
        }
      },
      async setUsers(users) {
        const base = `http://127.0.0.1:${context.port('locust')}/locust`
        const body = new URLSearchParams({ user_count: String(users), spawn_rate: String(Math.max(10, users / 2)) })
        const signal = AbortSignal.timeout(callTimeoutMs)
        const response = await (
          users === 0 ? fetch(`${base}/stop`, { signal }) : fetch(`${base}/swarm`, { method: 'POST', body, signal })
        ).catch((error: unknown) => {
          throw new FiredrillError('component-unreachable', `Locust: ${describeError(error)}`, { cause: error })
        })
        const answer = (await response.json()) as { success?: boolean; message?: string }
        if (!answer.success) {
          throw new FiredrillError('component-failed', `Locust would not set ${users} users: ${answer.message}`)
        }
      },
    },
  }
}

const readMessage = (got: amqp.GetMessage): QueueMessage => ({
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
    return use(channel)
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
