import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Engine } from './engine/engine.ts'
import { jaegerTrace } from './jaeger.ts'
import { lastMs, timeMs } from './queries/times.ts'
import { listOperations, listServices, searchTraces, serviceGraph, tracesByIds } from './queries/traces.ts'

const hourMs = 3_600_000
/** Jaeger's own default for a search without a start. */
const lookbackMs = 48 * hourMs
/** Maximum results of one search; Jaeger's own UI asks for 1,500 at most. */
const mostTraces = 5_000

/** A trace id as Jaeger accepts it: in capitals, and without leading zeros (`model.TraceIDFromString`). */
const traceId = z
  .string()
  .regex(/^[0-9a-fA-F]{1,32}$/, 'a trace id has up to 32 hexadecimal digits')
  .transform((id) => id.toLowerCase().padStart(32, '0'))

const unitsMs = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: hourMs, d: 24 * hourMs, w: 168 * hourMs } as const

const goUnits = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy
const uiUnits = /(\d+)(m|h|d|w)/gy

const durationIn = (units: RegExp) =>
  z.string().transform((text, context) => {
    if (text === '0') return 0
    const parts = [...text.matchAll(units)]
    if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
      context.addIssue({ code: 'custom', message: `'${text}' is no duration: write 120ms, 1.5s or 1m30s` })
      return z.NEVER
    }
    // Safe: the pattern lists the units.
    const ms = parts.reduce((sum, [, value, unit]) => sum + Number(value) * unitsMs[unit as keyof typeof unitsMs], 0)
    if (ms <= lastMs) return ms
    context.addIssue({ code: 'custom', message: `'${text}' is longer than a duration can be: 292 years` })
    return z.NEVER
  })
/** A duration as Go writes it (`time.ParseDuration`): `120ms`, `1h`, `1m30s`; in milliseconds. */
const duration = durationIn(goUnits)
/** As Jaeger's UI sends it with `start`, and scripts instead of it: `1h`, `2d`, or `custom`, which is ignored. */
const lookback = z.preprocess((text) => (text === 'custom' ? undefined : text), durationIn(uiUnits).optional())

/** `tags` is a JSON object; each `tag` a pair `key:value`. */
const tags = z.string().transform((text, context): [string, string][] => {
  try {
    const read: unknown = JSON.parse(text)
    if (read === null || typeof read !== 'object' || Array.isArray(read)) throw new TypeError('no object')
    return Object.entries(read).map(([key, value]) => [key, String(z.union([z.string(), z.number(), z.boolean()]).parse(value))])
  } catch {
    context.addIssue({ code: 'custom', message: `tags are an object in JSON, as {"http.status_code":"500"}, and not '${text}'` })
    return z.NEVER
  }
})
const tag = z.string().regex(/^[^:]+:/, 'a tag is written key:value')
/** One, or several of the same name. */
const several = <Value extends z.ZodType>(value: Value) =>
  z.preprocess((one) => (one === undefined ? one : [one].flat()), z.array(value).optional())

const timeUs = z.coerce
  .number()
  .min(0, 'a time is in microseconds since 1970')
  .max(lastMs * 1_000, 'a time is in microseconds since 1970')
const moment = z.coerce.number().int().min(0, 'a time is a whole number since 1970')
/** As in Jaeger, an empty value counts as missing. */
const given = (query: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query as Record<string, unknown>).filter(([, value]) => value !== ''))

const search = z.object({
  service: z.string().optional(),
  operation: z.string().optional(),
  /** Microseconds since the epoch. */
  start: timeUs.optional(),
  end: timeUs.optional(),
  /** Values above the maximum are reduced to it. */
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .default(100)
    .transform((limit) => Math.min(limit, mostTraces)),
  minDuration: duration.optional(),
  maxDuration: duration.optional(),
  lookback,
  /** All of them together. */
  tags: several(tags),
  tag: several(tag),
  traceID: several(traceId),
})

/** The parameters of a search. */
export const searchParameters: ReadonlySet<string> = new Set(Object.keys(search.shape))

/** Jaeger's form of an error (`structuredResponse`). */
const refusal = (code: number, msg: string) => ({ data: null, errors: [{ code, msg }] })

/**
 * Jaeger's query API (jaeger/cmd/query/app/http_handler.go), for its UI and for Grafana's data source. Invalid parameters are refused with 400 in
 * Jaeger's form, and no filter is dropped silently.
 */
export async function jaegerRoutes(app: FastifyInstance, { engine }: { engine: Engine }): Promise<void> {
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const code = error instanceof z.ZodError ? 400 : (error.statusCode ?? 500)
    const msg =
      error instanceof z.ZodError ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') : error.message
    return reply.code(code).send(refusal(code, msg))
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send(
        refusal(404, `there is no ${request.method} ${request.url.split('?')[0]} here: of Jaeger's APIs, this is the one of /api/traces`),
      ),
  )
  const listed = <Data>(data: Data[]) => ({ data, total: data.length, limit: 0, offset: 0, errors: null })
  const operationsOf = async (service: string) => [...new Set((await listOperations(engine, service)).map(({ name }) => name))]

  app.get('/services', async () => listed(await listServices(engine)))
  app.get('/services/:service/operations', async (request) => {
    const { service } = z.object({ service: z.string() }).parse(request.params)
    return listed(await operationsOf(service))
  })
  app.get('/operations', async (request) => {
    const { service, spanKind } = z.object({ service: z.string(), spanKind: z.string().optional() }).parse(request.query)
    const all = (await listOperations(engine, service)).map(({ name, kind }) => ({ name, spanKind: kind.toLowerCase() }))
    return listed(spanKind ? all.filter((operation) => operation.spanKind === spanKind) : all)
  })
  app.get('/traces', async (request) => listed((await tracesFor(engine, request.query)).map(jaegerTrace)))
  app.get('/traces/:id', async (request, reply) => {
    const { id } = z.object({ id: traceId }).parse(request.params)
    // Hints for databases that need them, in microseconds or, from Grafana, milliseconds: here a trace is found by its id alone.
    z.object({ start: moment.optional(), end: moment.optional() }).parse(given(request.query))
    const traces = await tracesByIds(engine, [id])
    if (traces.length > 0) return listed(traces.map(jaegerTrace))
    return reply.code(404).send(refusal(404, 'trace not found'))
  })
  app.get('/dependencies', async (request) => {
    const { endTs, lookback } = z
      .object({
        endTs: timeMs.default(Date.now),
        lookback: z.coerce
          .number()
          .min(0)
          .default(24 * hourMs),
      })
      .parse(given(request.query))
    const edges = await serviceGraph(engine, Math.max(0, endTs - lookback), endTs)
    return listed(edges.map(({ parent, child, calls }) => ({ parent, child, callCount: calls })))
  })
}

/** The traces that match a search's parameters. Throws a `ZodError` for invalid ones. */
async function tracesFor(engine: Engine, asked: unknown) {
  const {
    traceID: ids,
    tag: pairs = [],
    tags: attributes = [],
    start,
    end,
    lookback: backMs = lookbackMs,
    limit,
    minDuration,
    maxDuration,
    ...query
  } = search.parse(given(asked))
  if (minDuration !== undefined && maxDuration !== undefined && minDuration > maxDuration)
    throw new z.ZodError([{ code: 'custom', path: ['minDuration'], message: 'is longer than maxDuration', input: undefined }])
  if (ids) return tracesByIds(engine, ids)
  if (!query.service) throw new z.ZodError([{ code: 'custom', path: ['service'], message: 'a search names a service', input: undefined }])
  const wanted = new Map<string, string>([
    ...pairs.map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)] as const),
    ...attributes.flat(),
  ])
  // `error` alone finds spans that failed, and `error=false` those that did not.
  if (wanted.get('error') === '') wanted.set('error', 'true')
  const failed = wanted.get('error') === 'false' && wanted.delete('error') ? false : undefined
  const toMs = end === undefined ? Date.now() : end / 1_000
  const fromMs = start === undefined ? Math.max(0, toMs - backMs) : start / 1_000
  if (fromMs > toMs) throw new z.ZodError([{ code: 'custom', path: ['end'], message: 'is before start', input: undefined }])
  const found = await searchTraces(engine, {
    ...query,
    minDurationMs: minDuration,
    maxDurationMs: maxDuration,
    errors: failed,
    attributes: Object.fromEntries(wanted),
    fromMs,
    toMs,
    limit,
  })
  return tracesByIds(
    engine,
    found.map((trace) => trace.traceId),
  )
}
