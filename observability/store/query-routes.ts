import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import type { Engine } from './engine/engine.ts'
import { listLogServices, overviewLogs, searchLogs } from './queries/logs.ts'
import { timeMs } from './queries/times.ts'
import { listOperations, listServices, searchTraces, serviceGraph, traceById } from './queries/traces.ts'

const traceId = z.string().regex(/^[0-9a-f]{32}$/, 'a trace id is 32 hexadecimal digits')
const lastHour = { from: timeMs.optional(), to: timeMs.optional() }
const span = ({ from, to }: { from?: number | undefined; to?: number | undefined }) => ({
  toMs: to ?? Date.now(),
  fromMs: from ?? Math.max(0, (to ?? Date.now()) - 3_600_000),
})
/** `key=value`, may be repeated. */
const tags = z
  .union([z.string(), z.array(z.string()).max(10)])
  .optional()
  .transform((given) => (given === undefined ? [] : [given].flat()))
  .pipe(z.array(z.string().regex(/^[^=]+=/, 'write a tag as key=value')))
const pairsOf = (given: readonly string[]): Record<string, string> =>
  Object.fromEntries(given.map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
/** Strict: no filter is dropped silently. */
const traceQuery = z.strictObject({
  service: z.string().optional(),
  operation: z.string().optional(),
  minDurationMs: z.coerce.number().min(0).optional(),
  maxDurationMs: z.coerce.number().min(0).optional(),
  errors: z.stringbool().optional(),
  /** Each must be in some span of the trace. */
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
  /** Each must be in the line. */
  tag: tags,
  ...lastHour,
  limit: z.coerce.number().int().min(1).max(2_000).default(200),
})

/** Queries for logs and traces, in our own API. */
export function queryRoutes(app: FastifyInstance, engine: Engine): void {
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
}
