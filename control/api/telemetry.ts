import httpProxy from '@fastify/http-proxy'
import { z } from 'zod'
import { muteRefusal } from '../../drills/silences.ts'
import { addSilence } from '../../model/api.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { serviceLevels } from '../../observability/rules/slo.ts'
import { timings } from '../../observability/timing.ts'
import type { Api, ApiContext } from './context.ts'

/** What may be asked of Prometheus through us: nothing that changes it. */
const prometheusReads = [
  'query',
  'query_range',
  'query_exemplars',
  'labels',
  'series',
  'metadata',
  'rules',
  'alerts',
  'targets',
  'status/flags',
]

const rangeQueries = z.object({
  queries: z
    .array(z.object({ query: z.string().min(1).max(10_000), start: z.number(), end: z.number(), step: z.number().positive() }))
    .min(1)
    .max(100),
})

/** Prometheus, Alertmanager, the telemetry store and Locust, behind our own access check. */
export function telemetryRoutes(app: Api, { context }: ApiContext): void {
  const url = (port: Parameters<typeof context.port>[0], path: string) => `http://127.0.0.1:${context.port(port)}${path}`

  app.get(
    '/api/prometheus/:endpoint',
    { schema: { params: z.object({ endpoint: z.enum(prometheusReads as [string, ...string[]]) }) } },
    async (request, reply) => {
      const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
      return forward('Prometheus', url('prometheus', `/prometheus/api/v1/${request.params.endpoint}${query}`), reply)
    },
  )
  /** Many range queries at once, as a dashboard asks them: one request instead of dozens, and each answer or refusal in its place. */
  app.post('/api/prometheus/query_ranges', { schema: { body: rangeQueries } }, async (request) => ({
    answers: await Promise.all(
      request.body.queries.map(async ({ query, start, end, step }) => {
        const params = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) })
        try {
          const response = await fetch(url('prometheus', `/prometheus/api/v1/query_range?${params}`), {
            signal: AbortSignal.timeout(15_000),
          })
          return (await response.json()) as unknown
        } catch (error) {
          // In the form in which Prometheus refuses: the other graphs of the dashboard are drawn.
          return { status: 'error', errorType: 'unavailable', error: `Prometheus does not answer: ${describeError(error)}` }
        }
      }),
    ),
  }))
  app.get(
    '/api/prometheus/label/:name/values',
    { schema: { params: z.object({ name: z.string().regex(/^\w+$/) }) } },
    async (request, reply) => forward('Prometheus', url('prometheus', `/prometheus/api/v1/label/${request.params.name}/values`), reply),
  )

  app.get('/api/telemetry/*', async (request, reply) => {
    const target = new URL(url('telemetryStore', `/api/${request.url.slice('/api/telemetry/'.length)}`))
    // `..` leads elsewhere on the store.
    if (!target.pathname.startsWith('/api/')) throw new FiredrillError('not-found', `there is no GET ${request.url.split('?')[0]}`)
    return forward('the telemetry store', target.href, reply)
  })

  /** The objectives that alerts are made of, for the page that shows their budgets. */
  app.get('/api/slos', async () => ({ levels: serviceLevels, burn: timings[context.config.profile].burn }))

  app.get('/api/alerts', async (_request, reply) => forward('Alertmanager', url('alertmanager', '/alertmanager/api/v2/alerts'), reply))
  app.get('/api/alert-groups', async (_request, reply) =>
    forward('Alertmanager', url('alertmanager', '/alertmanager/api/v2/alerts/groups'), reply),
  )
  app.get('/api/silences', async (_request, reply) => forward('Alertmanager', url('alertmanager', '/alertmanager/api/v2/silences'), reply))
  app.post('/api/silences', { schema: { body: addSilence } }, async (request, reply) => {
    const { matchers, durationMs, comment, createdBy } = request.body
    const refusal = muteRefusal(matchers)
    if (refusal !== null) throw new FiredrillError('bad-request', refusal)
    const now = Date.now()
    const body = { matchers, comment, createdBy, startsAt: new Date(now).toISOString(), endsAt: new Date(now + durationMs).toISOString() }
    return forward('Alertmanager', url('alertmanager', '/alertmanager/api/v2/silences'), reply, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  })
  app.delete('/api/silences/:id', { schema: { params: z.object({ id: z.uuid() }) } }, async (request, reply) =>
    forward('Alertmanager', url('alertmanager', `/alertmanager/api/v2/silence/${request.params.id}`), reply, { method: 'DELETE' }),
  )

  // Their own pages, for those who prefer them. Locust's can change the load, so it is for instructors.
  void app.register(httpProxy, {
    upstream: url('prometheus', ''),
    prefix: '/prometheus',
    rewritePrefix: '/prometheus',
    httpMethods: ['GET', 'HEAD'],
    // Profiles and the lifecycle of Prometheus itself are nobody's business here.
    preHandler: async (request) => {
      if (/\/+(debug|-)(\/|$)/.test(decodedPath(request.url)))
        throw new FiredrillError('not-found', `there is no GET ${request.url.split('?')[0]}`)
    },
  })
  void app.register(httpProxy, {
    upstream: url('telemetryStore', ''),
    prefix: '/jaeger',
    rewritePrefix: '/jaeger',
    httpMethods: ['GET', 'HEAD'],
  })
  void app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'instructor' }
    })
    await scope.register(httpProxy, { upstream: url('locust', ''), prefix: '/locust', rewritePrefix: '/locust' })
  })
}

/** The path as whoever serves it reads it: without escapes and dot segments. Escapes that are none leave it as it is. */
function decodedPath(target: string): string {
  const { pathname } = new URL(target, 'http://localhost')
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}

interface Reply {
  code(status: number): Reply
  type(type: string): Reply
  send(body: unknown): unknown
}

async function forward(name: string, url: string, reply: Reply, init: RequestInit = {}): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) })
  } catch (error) {
    throw new FiredrillError('component-unreachable', `${name} does not answer: ${describeError(error)}`, { cause: error })
  }
  return reply
    .code(response.status)
    .type(response.headers.get('content-type') ?? 'application/json')
    .send(Buffer.from(await response.arrayBuffer()))
}
