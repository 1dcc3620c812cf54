import { gunzip } from 'node:zlib'
import { promisify } from 'node:util'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Registry, collectDefaultMetrics } from 'prom-client'
import { z } from 'zod'
import { FiredrillError, errorAnswer } from '../../model/errors.ts'
import type { Engine } from './engine/engine.ts'
import { createIntake, type Intake, type IntakeLimits, type Table } from './intake.ts'
import { jaegerTrace } from './jaeger.ts'
import { decodeLogs, decodeTraces, type LogsRequest, type TraceRequest } from './otlp/messages.ts'
import { logRows, spanRows } from './otlp/rows.ts'
import { listLogServices, overviewLogs, searchLogs } from './queries/logs.ts'
import { listOperations, listServices, searchTraces, serviceGraph, traceById } from './queries/traces.ts'

const inflate = promisify(gunzip)
const maxBodyBytes = 16 * 1024 * 1024

const traceId = z.string().regex(/^[0-9a-f]{32}$/, 'a trace id is 32 hexadecimal digits')
const lastHour = { from: z.coerce.number().optional(), to: z.coerce.number().optional() }
const span = ({ from, to }: { from?: number | undefined; to?: number | undefined }) => ({
  toMs: to ?? Date.now(),
  fromMs: from ?? (to ?? Date.now()) - 3_600_000,
})
const traceQuery = z.object({
  service: z.string().optional(),
  operation: z.string().optional(),
  minDurationMs: z.coerce.number().min(0).optional(),
  maxDurationMs: z.coerce.number().min(0).optional(),
  errors: z.stringbool().optional(),
  ...lastHour,
  limit: z.coerce.number().int().min(1).max(500).default(50),
})
const logQuery = z.object({
  text: z.string().max(500).optional(),
  service: z.union([z.string(), z.array(z.string())]).optional(),
  minSeverity: z.coerce.number().int().min(0).max(24).optional(),
  traceId: traceId.optional(),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  ...lastHour,
  limit: z.coerce.number().int().min(1).max(2_000).default(200),
})
/** Jaeger's own parameters: times in microseconds, durations as `120ms`. */
const jaegerQuery = z.object({
  service: z.string(),
  operation: z.string().optional(),
  start: z.coerce.number().optional(),
  end: z.coerce.number().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(20),
  minDuration: z.string().optional(),
  maxDuration: z.string().optional(),
  tags: z.string().optional(),
})

/** Takes OTLP/HTTP and answers questions about traces and logs. */
export function createStoreServer(engine: Engine, limits?: IntakeLimits): { app: FastifyInstance; intake: Intake } {
  const app = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const intake = createIntake(engine, registry, limits)

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    request.headers['content-encoding'] === 'gzip' ? inflate(body, { maxOutputLength: maxBodyBytes * 4 }) : body,
  )
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const bad = error instanceof z.ZodError
    const message = bad ? z.prettifyError(error) : error.message
    const status = bad ? 400 : (error.statusCode ?? 500)
    // Questions are answered as our API answers them; whoever sends OTLP is told as OTLP has it.
    if (request.url.startsWith('/api/')) {
      const answer = errorAnswer(status < 500 && !(error instanceof FiredrillError) ? new FiredrillError('bad-request', message) : error)
      return reply.code(answer.status).send(answer.body)
    }
    return reply.code(status).send({ code: status, message })
  })

  const receive =
    <Request>(table: Table, decode: (body: Uint8Array) => Request, toRows: (request: Request) => string[]) =>
    async (request: FastifyRequest<{ Body: Buffer }>, reply: FastifyReply) => {
      const json = request.headers['content-type']?.startsWith('application/json') ?? false
      let rows: string[]
      try {
        // Safe: fields that are not as OTLP has them make `toRows` throw.
        rows = toRows(json ? (JSON.parse(request.body.toString('utf8')) as Request) : decode(request.body))
      } catch (error) {
        return reply.code(400).send({ code: 3, message: `not OTLP: ${error instanceof Error ? error.message : String(error)}` })
      }
      if (!intake.offer(table, rows)) return full(reply)
      return json ? reply.send({}) : reply.type('application/x-protobuf').send(Buffer.alloc(0))
    }
  const refuseUnread = async (request: FastifyRequest<{ Body: Buffer }>, reply: FastifyReply) => {
    if (!intake.full()) return
    intake.refuse(Number(request.headers['content-length'] ?? 0))
    return full(reply)
  }
  app.post<{ Body: Buffer }>('/v1/traces', { onRequest: refuseUnread }, receive<TraceRequest>('otel_traces', decodeTraces, spanRows))
  app.post<{ Body: Buffer }>('/v1/logs', { onRequest: refuseUnread }, receive<LogsRequest>('otel_logs', decodeLogs, logRows))

  app.get('/ready', async () => {
    await engine.query('SELECT 1')
    return { status: 'ready' }
  })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))

  app.get('/api/services', async () => ({ services: await listServices(engine), logServices: await listLogServices(engine) }))
  app.get('/api/operations', async (request) => {
    const { service } = z.object({ service: z.string() }).parse(request.query)
    return { operations: await listOperations(engine, service) }
  })
  app.get('/api/traces', async (request) => {
    const { errors, limit, from, to, ...search } = traceQuery.parse(request.query)
    return { traces: await searchTraces(engine, { ...search, errorsOnly: errors, limit, ...span({ from, to }) }) }
  })
  app.get('/api/traces/:id', async (request) => {
    const { id } = z.object({ id: traceId }).parse(request.params)
    const spans = await traceById(engine, id)
    if (spans.length === 0)
      throw new FiredrillError('not-found', `there is no trace ${id} in the store (yet: the newest take some seconds)`)
    return { traceId: id, spans }
  })
  app.get('/api/logs/overview', async (request) => {
    const { service, from, to, ...search } = logQuery.parse(request.query)
    return overviewLogs(engine, { ...search, services: service === undefined ? undefined : [service].flat(), ...span({ from, to }) })
  })
  app.get('/api/logs', async (request) => {
    const { service, from, to, ...search } = logQuery.parse(request.query)
    return {
      logs: await searchLogs(engine, { ...search, services: service === undefined ? undefined : [service].flat(), ...span({ from, to }) }),
    }
  })
  app.get('/api/service-graph', async (request) => {
    const { fromMs, toMs } = span(z.object(lastHour).parse(request.query))
    return { edges: await serviceGraph(engine, fromMs, toMs) }
  })

  app.get('/jaeger/api/services', async () => ({ data: await listServices(engine) }))
  app.get('/jaeger/api/services/:service/operations', async (request) => {
    const { service } = z.object({ service: z.string() }).parse(request.params)
    return { data: (await listOperations(engine, service)).map((operation) => operation.name) }
  })
  app.get('/jaeger/api/traces', async (request) => {
    const query = jaegerQuery.parse(request.query)
    const found = await searchTraces(engine, {
      service: query.service,
      operation: query.operation,
      minDurationMs: goDurationMs(query.minDuration),
      maxDurationMs: goDurationMs(query.maxDuration),
      attributes: query.tags ? z.record(z.string(), z.string()).parse(JSON.parse(query.tags)) : undefined,
      ...span({ from: query.start && query.start / 1_000, to: query.end && query.end / 1_000 }),
      limit: query.limit,
    })
    return { data: await Promise.all(found.map(async (trace) => jaegerTrace(await traceById(engine, trace.traceId)))) }
  })
  app.get('/jaeger/api/traces/:id', async (request, reply) => {
    const { id } = z.object({ id: traceId }).parse(request.params)
    const spans = await traceById(engine, id)
    return spans.length > 0
      ? { data: [jaegerTrace(spans)] }
      : reply.code(404).send({ data: null, errors: [{ code: 404, msg: 'trace not found' }] })
  })
  app.get('/jaeger/api/dependencies', async (request) => {
    const { endTs, lookback } = z.object({ endTs: z.coerce.number(), lookback: z.coerce.number().default(3_600_000) }).parse(request.query)
    const edges = await serviceGraph(engine, endTs - lookback, endTs)
    return { data: edges.map(({ parent, child, calls }) => ({ parent, child, callCount: calls })) }
  })
  return { app, intake }
}

/** `1.5s`, `120ms`, `300us`: one number and unit of Go's durations. */
function goDurationMs(text: string | undefined): number | undefined {
  const match = /^([\d.]+)(us|µs|ms|s|m)$/.exec(text ?? '')
  const unit = { us: 0.001, µs: 0.001, ms: 1, s: 1_000, m: 60_000 } as const
  return match ? Number(match[1]) * unit[match[2] as keyof typeof unit] : undefined
}

const full = (reply: FastifyReply) => reply.code(429).header('retry-after', '1').send({ code: 8, message: 'the store is full: try again' })
