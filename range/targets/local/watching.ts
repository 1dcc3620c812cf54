import amqp from 'amqplib'
import pg from 'pg'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import { administratorOptions } from '../../administrator.ts'
import { amqpUrl, databaseUrl } from '../../components/service.ts'
import type { RangeContext } from '../../context.ts'

/** The parts of a range that are polled every second. */
export interface Watched {
  status: Range['status']
  database: Range['database']
  queue: Pick<Range['queue'], 'status'>
}

const callTimeoutMs = 1_500

/**
 * The range for clients that poll it every second, over persistent connections: a login for each query would cost PostgreSQL and RabbitMQ more than
 * the query, and each connection adds a metrics series. A connection that fails, or does not answer in time, is closed, and the next query opens
 * another. Whether new connections are accepted is tested by the readiness checks in `status`.
 */
export function watching(range: Pick<Range, 'status'>, context: RangeContext): Watched & AsyncDisposable {
  const database = kept(
    'PostgreSQL',
    callTimeoutMs,
    async (broken) => {
      const client = new pg.Client({
        connectionString: databaseUrl(context, 'postgres'),
        connectionTimeoutMillis: callTimeoutMs,
        application_name: 'firedrill',
        options: administratorOptions,
      })
      client.on('error', broken)
      client.on('end', broken)
      await client.connect()
      return client
    },
    (client) => client.end(),
  )
  const queue = kept(
    'RabbitMQ',
    callTimeoutMs,
    async (broken) => {
      const connection = await amqp.connect(amqpUrl(context), { timeout: callTimeoutMs })
      connection.on('error', broken)
      connection.on('close', broken)
      const channel = await connection.createChannel()
      // Querying a queue that does not exist closes the channel.
      channel.on('error', broken)
      channel.on('close', broken)
      return { connection, channel }
    },
    ({ connection }) => connection.close(),
  )
  return {
    status: () => range.status(),
    database: {
      query: <Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) =>
        database.use(async (client) => (await client.query<Row>(sql, params)).rows),
    },
    queue: {
      status: (name) =>
        queue.use(async ({ channel }) => {
          const { messageCount, consumerCount } = await channel.checkQueue(name)
          return { name, ready: messageCount, consumers: consumerCount }
        }),
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([database.drop(), queue.drop()])
    },
  }
}

/** A connection that is opened when it is first used, and again when the previous one was closed. */
export function kept<Connection>(
  what: string,
  timeoutMs: number,
  open: (broken: () => void) => Promise<Connection>,
  close: (connection: Connection) => Promise<unknown>,
) {
  let current: Promise<Connection> | null = null
  const drop = async (connection = current) => {
    if (connection === null) return
    if (current === connection) current = null
    // A hanging peer hangs here too: closing has the time of one query.
    await inTime(timeoutMs, connection.then(close)).catch(() => {})
  }
  return {
    drop,
    async use<Result>(ask: (connection: Connection) => Promise<Result>): Promise<Result> {
      const connection: Promise<Connection> = (current ??= open(() => {
        if (current === connection) current = null
      }))
      try {
        return await inTime(timeoutMs, connection.then(ask))
      } catch (error) {
        void drop(connection)
        throw new FiredrillError('component-unreachable', `${what}: ${describeError(error)}`, { cause: error })
      }
    },
  }
}

async function inTime<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs / 1_000} s`)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
