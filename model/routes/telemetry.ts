import { z } from 'zod'
import { addSilence } from '../api.ts'
import { alertSummary } from '../drill-events.ts'
import type { Exemplar } from '../exemplar.ts'
import type { LogLine, LogOverview, Span, TraceSummary } from '../telemetry.ts'
import { done, exactly, type RouteTable } from './route.ts'

const labels = z.record(z.string(), z.string())

/** Routes that are forwarded to other servers: those define the queries and all other fields. */
const search = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.undefined()]))

/** Seconds since the epoch, and a value. */
const point = z.tuple([z.number(), z.string()])
const metric = labels
const problem = { status: z.string().optional(), error: z.string().optional(), errorType: z.string().optional() }
const matrix = z.looseObject({
  ...problem,
  data: z
    .looseObject({ resultType: z.string().optional(), result: z.array(z.looseObject({ metric, values: z.array(point) })) })
    .optional()
    .describe('Missing if the query was refused.'),
})
const vector = z.looseObject({
  status: z.string(),
  data: z.union([
    z.looseObject({ resultType: z.literal('scalar'), result: point }),
    z.looseObject({ resultType: z.enum(['vector', 'matrix', 'string']), result: z.array(z.looseObject({ metric, value: point })) }),
  ]),
})
const names = z.looseObject({ data: z.array(z.string()) })
const rule = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('recording'), name: z.string(), query: z.string() }),
  z.looseObject({
    type: z.literal('alerting'),
    name: z.string(),
    query: z.string(),
    duration: z.number().describe('In seconds.'),
    labels,
    annotations: labels,
    state: z.enum(['inactive', 'pending', 'firing']),
  }),
])
const targets = z.looseObject({
  data: z.looseObject({ activeTargets: z.array(z.looseObject({ labels, scrapeInterval: z.string(), health: z.string() })) }),
})
const queryExemplars = z.looseObject({
  data: z.array(
    z.looseObject({ seriesLabels: labels, exemplars: z.array(z.looseObject({ labels, value: z.string(), timestamp: z.number() })) }),
  ),
})

const exemplar = exactly<Exemplar>()(z.object({ traceId: z.string(), value: z.number(), at: z.number(), labels }))
export const askExemplars = z
  .object({
    query: z.string().min(1).max(10_000),
    /** Seconds since the epoch. */
    start: z.coerce.number().positive(),
    end: z.coerce.number().positive(),
    slices: z.coerce.number().int().min(1).max(500).default(50),
  })
  .refine(({ start, end }) => end > start && end - start <= 7 * 86_400, { error: 'end must come after start, by at most a week' })

const rangeQueries = z.object({
  queries: z
    .array(z.object({ query: z.string().min(1).max(10_000), start: z.number(), end: z.number(), step: z.number().positive() }))
    .min(1)
    .max(100),
})

const metricRouteTable = {
  'GET /api/prometheus/query': { query: search, answer: vector },
  'GET /api/prometheus/query_range': { query: search, answer: matrix },
  'GET /api/prometheus/query_exemplars': { query: search, answer: queryExemplars },
  'GET /api/prometheus/labels': { query: search, answer: names },
  'GET /api/prometheus/label/:name/values': { query: search, answer: names },
  'GET /api/prometheus/series': { query: search, answer: z.looseObject({ data: z.array(labels) }) },
  'GET /api/prometheus/metadata': {
    query: search,
    answer: z.looseObject({ data: z.record(z.string(), z.array(z.looseObject({ type: z.string(), help: z.string() }))) }),
  },
  'GET /api/prometheus/targets': { query: search, answer: targets },
  'GET /api/prometheus/rules': {
    query: search,
    answer: z.looseObject({ data: z.looseObject({ groups: z.array(z.looseObject({ rules: z.array(rule) })) }) }),
  },
  /** The dots on a graph: the slowest request of each slice of time. */
  'GET /api/exemplars': { query: askExemplars, answer: z.object({ exemplars: z.array(exemplar) }) },
  /** Many range queries at once, for a dashboard: an answer or a refusal for each, in order. */
  'POST /api/prometheus/query_ranges': { body: rangeQueries, answer: z.object({ answers: z.array(matrix) }) },
} as const satisfies RouteTable

const span = exactly<Span>()(
  z.object({
    traceId: z.string(),
    spanId: z.string(),
    parentSpanId: z.string(),
    name: z.string(),
    kind: z.string(),
    service: z.string(),
    startUs: z.number().describe('Microseconds since the epoch.'),
    durationUs: z.number(),
    status: z.string(),
    statusMessage: z.string(),
    attributes: labels,
    resource: labels,
    events: z.array(z.object({ timeUs: z.number(), name: z.string(), attributes: labels })),
  }),
)
const traceSummary = exactly<TraceSummary>()(
  z.object({
    traceId: z.string(),
    startMs: z.number(),
    durationMs: z.number(),
    spans: z.number(),
    errors: z.number(),
    rootService: z.string(),
    rootName: z.string(),
    services: z.array(z.string()),
  }),
)
const logLine = exactly<LogLine>()(
  z.object({
    timeMs: z.number(),
    service: z.string(),
    severity: z.string(),
    body: z.string(),
    traceId: z.string(),
    spanId: z.string(),
    attributes: labels,
  }),
)
const logOverview = exactly<LogOverview>()(
  z.object({
    bucketSeconds: z.number(),
    buckets: z.array(z.object({ atMs: z.number(), lines: z.number(), warnings: z.number(), errors: z.number() })),
    services: z.array(z.object({ name: z.string(), lines: z.number(), errors: z.number() })),
    severities: z.array(z.object({ name: z.string(), lines: z.number() })),
    patterns: z.array(z.object({ pattern: z.string(), example: z.string(), lines: z.number(), service: z.string() })),
  }),
)
const serviceEdge = z.object({ parent: z.string(), child: z.string(), calls: z.number(), errors: z.number(), p95Ms: z.number() })

/** Statistics of the telemetry store. */
const storeRouteTable = {
  'GET /api/telemetry/services': { answer: z.object({ services: z.array(z.string()), logServices: z.array(z.string()) }) },
  'GET /api/telemetry/operations': {
    query: search,
    answer: z.object({ operations: z.array(z.object({ name: z.string(), kind: z.string() })) }),
  },
  'GET /api/telemetry/traces': { query: search, answer: z.object({ traces: z.array(traceSummary) }) },
  'GET /api/telemetry/traces/:id': { answer: z.object({ traceId: z.string(), spans: z.array(span) }) },
  'GET /api/telemetry/logs': { query: search, answer: z.object({ logs: z.array(logLine) }) },
  'GET /api/telemetry/logs/overview': { query: search, answer: logOverview },
  /** Whether spans are missing because the store had no room for them. */
  'GET /api/telemetry/completeness': {
    answer: z.object({
      sinceMs: z.number().nullable().describe('When the first of them was refused, in milliseconds since the epoch; null if none was.'),
      missing: z.number().int().describe('Spans refused since.'),
      share: z.number().describe('Share of all spans sent since, 0 to 1.'),
    }),
  },
  'GET /api/telemetry/service-graph': { query: search, answer: z.object({ edges: z.array(serviceEdge) }) },
} as const satisfies RouteTable

const slo = z.object({
  journey: z.enum(['browse', 'checkout', 'fulfilment']),
  bad: z.enum(['error', 'slow|error']).describe('Which outcomes count against it.'),
  kind: z.enum(['availability', 'latency']),
  objective: z.number().describe('Promised share of good events.'),
  alert: z.string(),
  title: z.string(),
  service: z.string(),
})
const burnWindow = z.object({
  long: z.string().describe('A Prometheus duration.'),
  short: z.string(),
  factor: z.number().describe('Multiple of the rate at which the budget lasts exactly the SLO’s period.'),
  severity: z.enum(['page', 'ticket']),
})

/** Alertmanager's: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml */
const matcher = z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })
const alert = z.looseObject({
  fingerprint: z.string(),
  labels,
  annotations: labels,
  startsAt: z.string(),
  status: z.looseObject({
    state: z.enum(['active', 'suppressed', 'unprocessed']),
    silencedBy: z.array(z.string()),
    inhibitedBy: z.array(z.string()),
  }),
})
const silence = z.looseObject({
  id: z.string(),
  matchers: z.array(matcher),
  createdBy: z.string(),
  comment: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  status: z.looseObject({ state: z.string() }),
})

const alertRouteTable = {
  /** The objectives that alerts are generated from. */
  'GET /api/slos': { answer: z.object({ levels: z.array(slo), burn: z.array(burnWindow) }) },
  'GET /api/alerts': { answer: z.array(alert) },
  'GET /api/alert-groups': {
    answer: z.array(z.looseObject({ labels, receiver: z.looseObject({ name: z.string() }), alerts: z.array(alert) })),
  },
  'GET /api/silences': { answer: z.array(silence) },
  'POST /api/silences': { body: addSilence, answer: z.object({ silenceID: z.string() }) },
  'DELETE /api/silences/:id': { params: z.object({ id: z.uuid() }), answer: z.unknown() },
  /** The pager's own record, in and out of drills: what arrived, and when. */
  'GET /api/pages': {
    query: z.object({ since: z.coerce.number().int().min(0).default(0) }),
    answer: z.object({
      pages: z.array(
        z.object({ at: z.number().describe('Milliseconds since the epoch.'), status: z.enum(['firing', 'resolved']), alert: alertSummary }),
      ),
    }),
  },
} as const satisfies RouteTable

/** Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const notification = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels,
      annotations: labels,
      startsAt: z.string(),
      fingerprint: z.string(),
    }),
  ),
})
const pagerRouteTable = {
  'POST /api/pager/page': { body: notification, answer: done },
  'POST /api/pager/ticket': { body: notification, answer: done },
  'POST /api/pager/watchdog': { body: notification, answer: done },
} as const satisfies RouteTable

/** Streams, which last as long as the client listens. */
const streamRouteTable = {
  'GET /api/live': { media: 'text/event-stream', answer: z.string() },
  'GET /api/lease': { media: 'text/plain', answer: z.string() },
} as const satisfies RouteTable

export const telemetryRoutes = {
  ...metricRouteTable,
  ...storeRouteTable,
  ...alertRouteTable,
  ...pagerRouteTable,
  ...streamRouteTable,
} as const
