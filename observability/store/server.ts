import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { Registry, collectDefaultMetrics } from 'prom-client'
import { z } from 'zod'
import { FiredrillError, errorAnswer } from '../../model/errors.ts'
import { SpanLedger } from './completeness.ts'
import type { Engine } from './engine/engine.ts'
import { createIntake, type Intake, type IntakeLimits } from './intake.ts'
import { jaegerTrace } from './jaeger.ts'
import { readBody } from './otlp/body.ts'
import { answer, receiveOtlp } from './otlp/receiver.ts'
import { listLogServices, overviewLogs, searchLogs } from './queries/logs.ts'
import { listOperations, listServices, searchTraces, serviceGraph, traceById } from './queries/traces.ts'

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

export interface StoreOptions {
  /** Where blocks wait for the database; a temporary folder where none is named. */
  spool?: string
  /** How long rows are kept: what is older is refused. */
  retentionHours?: number
}

/** Takes OTLP/HTTP and answers questions about traces and logs. */
export function createStoreServer(
  engine: Engine,
  limits?: IntakeLimits,
  { spool = mkdtempSync(path.join(tmpdir(), 'firedrill-spool-')), retentionHours = 6 }: StoreOptions = {},
): { app: FastifyInstance; intake: Intake } {
  const app = fastify({ forceCloseConnections: true })
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 })
  const intake = createIntake(engine, registry, spool, limits)

  app.removeAllContentTypeParsers()
  // The body is read here whatever its length is said to be: whoever sends too much gets to read the answer.
  app.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => readBody(payload, request.headers['content-encoding']))
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    const bad = error instanceof z.ZodError
    const message = bad ? z.prettifyError(error) : error.message
    const status = bad ? 400 : (error.statusCode ?? 500)
    // Questions are answered as our API answers them; whoever sends OTLP is told as OTLP has it.
    if (request.url.startsWith('/api/')) {
      const answer = errorAnswer(status < 500 && !(error instanceof FiredrillError) ? new FiredrillError('bad-request', message) : error)
      return reply.code(answer.status).send(answer.body)
    }
    return answer(request, reply.code(status), status, message)
  })

  const spanLedger = new SpanLedger()
  receiveOtlp(app, intake, spanLedger, retentionHours * 3_600_000)
  app.get('/api/completeness', async () => spanLedger.completeness())

  let answeredAt = 0
  app.get('/ready', async () => {
    // Asked every second or two, of a database that takes a few milliseconds to say that it is there.
    if (Date.now() - answeredAt > 5_000) {
      await engine.query('SELECT 1')
      answeredAt = Date.now()
    }
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
