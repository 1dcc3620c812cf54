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
import { answerAtApi } from './api-routes.ts'
import { jaegerRoutes } from './jaeger-routes.ts'
import { readBody } from './otlp/body.ts'
import { answer, notFound, otlpPaths, receiveOtlp } from './otlp/receiver.ts'
import { listLogServices, overviewLogs, searchLogs } from './queries/logs.ts'
import { timeMs } from './queries/times.ts'
import { listOperations, listServices, searchTraces, serviceGraph, traceById } from './queries/traces.ts'

const traceId = z.string().regex(/^[0-9a-f]{32}$/, 'a trace id is 32 hexadecimal digits')
const lastHour = { from: timeMs.optional(), to: timeMs.optional() }
const span = ({ from, to }: { from?: number | undefined; to?: number | undefined }) => ({
  toMs: to ?? Date.now(),
  fromMs: from ?? Math.max(0, (to ?? Date.now()) - 3_600_000),
})
/** `key=value`, as often as wanted. */
const tags = z
  .union([z.string(), z.array(z.string()).max(10)])
  .optional()
  .transform((given) => (given === undefined ? [] : [given].flat()))
  .pipe(z.array(z.string().regex(/^[^=]+=/, 'write a tag as key=value')))
const pairsOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(given.map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
/** Strict: no filter is dropped without a word. */
const traceQuery = z.strictObject({
  service: z.string().optional(),
  operation: z.string().optional(),
  minDurationMs: z.coerce.number().min(0).optional(),
  maxDurationMs: z.coerce.number().min(0).optional(),
  errors: z.stringbool().optional(),
  /** Some span of the trace has each. */
  tag: tags,
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
  /** Each line has each of them. */
  tag: tags,
  ...lastHour,
  limit: z.coerce.number().int().min(1).max(2_000).default(200),
})
const noContentType = 'the Content-Type is empty, or no media type: send application/json or application/x-protobuf'

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
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    const bad = error instanceof z.ZodError
    const message = bad ? z.prettifyError(error) : error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? noContentType : error.message
    const status = bad ? 400 : (error.statusCode ?? 500)
    // Questions are answered as our API answers them; whoever sends OTLP is told as OTLP has it.
    if (request.url.startsWith('/telemetry/')) {
      const answer = errorAnswer(status < 500 && !(error instanceof FiredrillError) ? new FiredrillError('bad-request', message) : error)
      return reply.code(answer.status).send(answer.body)
    }
    return answer(request, reply.code(status), status, message)
  })

  app.setNotFoundHandler((request, reply) => {
    const [url = ''] = request.url.split('?')
    const message = `there is no ${request.method} ${url} here`
    if (!url.startsWith('/telemetry/')) return answer(request, reply.code(404), notFound, `${message}: ${otlpPaths}`)
    const { status, body } = errorAnswer(new FiredrillError('not-found', message))
    return reply.code(status).send(body)
  })

  const spanLedger = new SpanLedger()
  receiveOtlp(app, intake, spanLedger, retentionHours * 3_600_000)
  app.get('/telemetry/completeness', async () => spanLedger.completeness())

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

  app.get('/telemetry/services', async () => ({ services: await listServices(engine), logServices: await listLogServices(engine) }))
  app.get('/telemetry/operations', async (request) => {
    const { service } = z.object({ service: z.string() }).parse(request.query)
    return { operations: await listOperations(engine, service) }
  })
  app.get('/telemetry/traces', async (request) => {
    const { errors, tag, limit, from, to, ...search } = traceQuery.parse(request.query)
    return {
      traces: await searchTraces(engine, {
        ...search,
        attributes: pairsOf(tag),
        errors: errors || undefined,
        limit,
        ...span({ from, to }),
      }),
    }
  })
  app.get('/telemetry/traces/:id', async (request) => {
    const { id } = z.object({ id: traceId }).parse(request.params)
    const spans = await traceById(engine, id)
    if (spans.length === 0)
      throw new FiredrillError('not-found', `there is no trace ${id} in the store (yet: the newest take some seconds)`)
    return { traceId: id, spans }
  })
  app.get('/telemetry/logs/overview', async (request) => {
    const { service, from, to, tag, ...search } = logQuery.parse(request.query)
    return overviewLogs(engine, {
      ...search,
      attributes: pairsOf(tag),
      services: service === undefined ? undefined : [service].flat(),
      ...span({ from, to }),
    })
  })
  app.get('/telemetry/logs', async (request) => {
    const { service, from, to, tag, ...search } = logQuery.parse(request.query)
    return {
      logs: await searchLogs(engine, {
        ...search,
        attributes: pairsOf(tag),
        services: service === undefined ? undefined : [service].flat(),
        ...span({ from, to }),
      }),
    }
  })
  app.get('/telemetry/service-graph', async (request) => {
    const { fromMs, toMs } = span(z.object(lastHour).parse(request.query))
    return { edges: await serviceGraph(engine, fromMs, toMs) }
  })

  void app.register(jaegerRoutes, { prefix: '/jaeger/api', engine })
  answerAtApi(app)
  return { app, intake }
}
