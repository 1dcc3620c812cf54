import { fastify, type FastifyInstance } from 'fastify'
import type { PortName } from '../../../range/context.ts'
import { logLines, logOverview } from './logs.ts'
import { evaluate, pointsOf, type Incident } from './metrics.ts'
import { summaries, traceOf } from './traces.ts'

/** An alert, as Alertmanager returns it. */
export interface PaperAlert {
  fingerprint: string
  name: string
  severity: string
  summary: string
  description: string
  runbook: string
  component: string
  startsAt: string
}

/** Simulates Prometheus, Alertmanager and the telemetry store: the same answers to the same requests, for a hand-made incident. */
export class PaperTelemetry implements AsyncDisposable {
  readonly incident: Incident = { from: Infinity, to: Infinity }
  alerts: PaperAlert[] = []
  readonly #servers = [fastify(), fastify(), fastify()] as const

  async listen(port: (name: PortName) => number): Promise<void> {
    const [prometheus, alertmanager, store] = this.#servers
    this.#prometheus(prometheus)
    alertmanager.get('/alertmanager/api/v2/alerts', async () => this.alerts.map(asAlertmanager))
    alertmanager.get('/alertmanager/api/v2/alerts/groups', async () => [])
    alertmanager.get('/alertmanager/api/v2/silences', async () => [])
    this.#store(store)
    await prometheus.listen({ host: '127.0.0.1', port: port('prometheus') })
    await alertmanager.listen({ host: '127.0.0.1', port: port('alertmanager') })
    await store.listen({ host: '127.0.0.1', port: port('telemetryStore') })
  }

  #prometheus(app: FastifyInstance): void {
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    )
    type Asked = { query: string; start: string; end: string; step: string; time?: string }
    const api = '/prometheus/api/v1'
    const range = ({ query, start, end, step }: Asked) => ({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: evaluate(query).map(({ metric, value }) => ({
          metric,
          values: pointsOf(value, this.incident, Number(start), Number(end), Number(step)),
        })),
      },
    })
    app.post<{ Body: Asked }>(`${api}/query_range`, async ({ body }) => range(body))
    app.get<{ Querystring: Asked }>(`${api}/query_range`, async ({ query }) => range(query))
    app.get<{ Querystring: Asked }>(`${api}/query`, async ({ query }) => {
      const at = Number(query.time ?? Date.now() / 1_000)
      return {
        status: 'success',
        data: {
          resultType: 'vector',
          result: evaluate(query.query).map(({ metric, value }) => ({ metric, value: [at, String(value(at, this.incident))] })),
        },
      }
    })
    app.get<{ Querystring: Asked }>(`${api}/query_exemplars`, async ({ query }) => ({
      status: 'success',
      data: [
        {
          seriesLabels: { service: 'gateway', route: '/api/products' },
          exemplars: summaries(this.incident, Number(query.start) * 1_000, Number(query.end) * 1_000, 40).map((trace) => ({
            labels: { trace_id: trace.traceId },
            value: String(trace.durationMs / 1_000),
            timestamp: trace.startMs / 1_000,
          })),
        },
      ],
    }))
    app.get(`${api}/metadata`, async () => ({
      status: 'success',
      data: {
        http_requests_total: [{ type: 'counter', help: 'Requests answered, by service, route and status.', unit: '' }],
        http_request_duration_seconds: [{ type: 'histogram', help: 'How long requests took, in seconds.', unit: '' }],
        db_pool_waiting: [{ type: 'gauge', help: 'Callers that wait for a database connection.', unit: '' }],
        orders_placed_total: [{ type: 'counter', help: 'Orders placed, by state.', unit: '' }],
      },
    }))
    app.get(`${api}/rules`, async () => ({ status: 'success', data: { groups: [] } }))
    app.get(`${api}/label/:name/values`, async () => ({ status: 'success', data: ['http_requests_total', 'orders_placed_total'] }))
    app.get(`${api}/series`, async () => ({ status: 'success', data: [] }))
    app.get(`${api}/labels`, async () => ({ status: 'success', data: ['service', 'route'] }))
  }

  #store(app: FastifyInstance): void {
    const hour = 3_600_000
    const between = ({ from, to }: Record<string, string>) => [Number(from ?? Date.now() - hour), Number(to ?? Date.now())] as const
    app.get('/telemetry/completeness', async () => ({ sinceMs: null, missing: 0, share: 0 }))
    app.get('/telemetry/services', async () => ({
      services: ['locust', 'gateway', 'catalog', 'inventory', 'orders', 'payments'],
      logServices: ['gateway', 'inventory', 'orders', 'postgres'],
    }))
    app.get('/telemetry/operations', async () => ({
      operations: ['GET /api/products', 'POST /api/checkout'].map((name) => ({ name, kind: 'server' })),
    }))
    app.get<{ Querystring: Record<string, string> }>('/telemetry/traces', async ({ query }) => {
      const [from, to] = between(query)
      const found = summaries(this.incident, from, to, Number(query['limit'] ?? 100)).filter(
        (trace) =>
          (!query['operation'] || trace.rootName === query['operation']) &&
          (!query['minDurationMs'] || trace.durationMs >= Number(query['minDurationMs'])) &&
          (!query['maxDurationMs'] || trace.durationMs <= Number(query['maxDurationMs'])) &&
          (query['errors'] !== 'true' || trace.errors > 0),
      )
      return { traces: found }
    })
    app.get<{ Params: { id: string } }>('/telemetry/traces/:id', async ({ params }, reply) => {
      const spans = traceOf(params.id)
      if (spans.length === 0)
        return reply.code(404).send({ error: { code: 'not-found', message: `there is no trace ${params.id} in the store` } })
      return { traceId: params.id, spans }
    })
    app.get<{ Querystring: Record<string, string> }>('/telemetry/logs', async ({ query }) => {
      const [from, to] = between(query)
      return { logs: logLines(this.incident, from, to, Number(query['limit'] ?? 100), query) }
    })
    app.get<{ Querystring: Record<string, string> }>('/telemetry/logs/overview', async ({ query }) => {
      const [from, to] = between(query)
      return logOverview(this.incident, from, to, query)
    })
    app.get('/telemetry/service-graph', async () => ({ edges: [] }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()))
  }
}

const asAlertmanager = ({ fingerprint, name, severity, summary, description, runbook, component, startsAt }: PaperAlert) => ({
  fingerprint,
  labels: { alertname: name, severity, component },
  annotations: { summary, description, runbook_url: runbook },
  startsAt,
  updatedAt: startsAt,
  endsAt: startsAt,
  status: { state: 'active', silencedBy: [], inhibitedBy: [] },
  receivers: [{ name: 'control' }],
})
