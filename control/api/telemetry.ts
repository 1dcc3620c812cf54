import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy'
import type { FastifyRequest } from 'fastify'
import { muteRefusal } from '../../drills/silences.ts'
import { FiredrillError, describeError } from '../../model/errors.ts'
import { serviceLevels } from '../../observability/rules/slo.ts'
import { timings } from '../../observability/timing.ts'
import type { Api, ApiContext } from './context.ts'
import { slowestExemplars } from './exemplars.ts'
import { ask, forward, longestMs, type Upstream } from './forward.ts'
import { lookingAtMetrics, lookingAtStore } from './looking.ts'
import { serve } from './serve.ts'

/** Paths of Prometheus that may be queried through us: none of them changes it. */
const prometheusReads =
  /^(query|query_range|query_exemplars|format_query|parse_query|labels|label\/\w+\/values|series|metadata|rules|alerts|targets|targets\/metadata|alertmanagers|scrape_pools|status\/(flags|buildinfo|runtimeinfo|tsdb))$/
/** By POST as well: a query may be too long for a URL. */
const prometheusForms = /^(query|query_range|query_exemplars|format_query|parse_query|labels|series)$/
const form = 'application/x-www-form-urlencoded'
/** What Grafana requests under Prometheus's own paths; it counts as a look as everywhere. */
const grafanaReads = ['query', 'query_range']

/** Maximum size of all answers of one dashboard, in bytes. */
const mostOfDashboard = 32 * 1024 * 1024
const comma = Buffer.from(',')

/** Base URLs of the servers themselves. */
const upstreams = (context: ApiContext['context']) => {
  const upstream = (port: Parameters<typeof context.port>[0], name: string, ready: string): Upstream => ({
    name,
    base: `http://127.0.0.1:${context.port(port)}`,
    ready,
  })
  return {
    prometheus: () => upstream('prometheus', 'Prometheus', '/prometheus/-/ready'),
    alertmanager: () => upstream('alertmanager', 'Alertmanager', '/alertmanager/-/ready'),
    store: () => upstream('telemetryStore', 'the telemetry store', '/ready'),
    locust: () => upstream('locust', 'Locust', '/locust/'),
  }
}
type Upstreams = ReturnType<typeof upstreams>

/** Prometheus, Alertmanager, the telemetry store and Locust, behind our own access check. */
export function telemetryRoutes(app: Api, { context, looks, people }: ApiContext): void {
  const behind = upstreams(context)
  metricRoutes(app, behind, lookingAtMetrics(looks, people))
  const traces = lookingAtStore(looks, people)
  app.get('/api/telemetry/*', async (request, reply) => {
    const target = new URL(`http://store/telemetry/${request.url.slice('/api/telemetry/'.length)}`)
    // `..` would lead to other paths of the store.
    if (!target.pathname.startsWith('/telemetry/')) throw new FiredrillError('not-found', `there is no GET ${request.url.split('?')[0]}`)
    return forward(behind.store(), `${target.pathname}${target.search}`, request, reply, {}, traces.asked(request, target))
  })

  /** The objectives that alerts are generated from, for the page that shows their budgets. */
  serve(app, 'GET /api/slos', async () => ({ levels: serviceLevels, burn: timings[context.config.profile].burn }))

  alertRoutes(app, behind, (request) => looks.served(people.viewer(request), 'alerts', []))
  ownPages(app, behind)
}

function metricRoutes(app: Api, { prometheus }: Upstreams, metrics: ReturnType<typeof lookingAtMetrics>): void {
  void app.register(async (scope) => {
    scope.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => done(null, body))
    for (const url of ['/api/prometheus/*', ...grafanaReads.map((path) => `/prometheus/api/v1/${path}`)])
      scope.route({
        method: ['GET', 'POST'],
        url,
        async handler(request, reply) {
          const [path = '', query] = request.url.replace(/^\/(api\/prometheus|prometheus\/api\/v1)\//, '').split(/\?(.*)/s)
          if (!(request.method === 'GET' ? prometheusReads : prometheusForms).test(path))
            throw new FiredrillError('not-found', `there is no ${request.method} /api/prometheus/${path}`)
          const target = `/prometheus/api/v1/${path}${query === undefined ? '' : `?${query}`}`
          const sent = request.method === 'GET' ? query : request.body
          if (request.method !== 'GET' && sent !== undefined && typeof sent !== 'string')
            throw new FiredrillError('bad-request', `send the parameters as ${form}, as Prometheus takes them`)
          const note = metrics.asked(request, path, `${request.method === 'GET' ? '' : `${query ?? ''}&`}${sent ?? ''}`)
          if (request.method === 'GET') return forward(prometheus(), target, request, reply, {}, note)
          const init = { method: 'POST', headers: { 'content-type': form }, body: String(sent ?? '') }
          return forward(prometheus(), target, request, reply, init, note)
        },
      })
  })
  /** The dots on a graph: exemplars are the requests behind it, and no look by themselves. */
  serve(app, 'GET /api/exemplars', async (request) => {
    const exemplars = await slowestExemplars(prometheus(), request.query)
    if (exemplars.length > 0) metrics.dotted(request, request.query.query)
    return { exemplars }
  })
  /** Many range queries at once, for a dashboard: one request instead of dozens, with an answer or a refusal for each, in order. */
  serve(app, 'POST /api/prometheus/query_ranges', async (request, reply) => {
    let bytes = 0
    const answers = await Promise.all(
      request.body.queries.map(async ({ query, start, end, step }) => {
        const params = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) })
        try {
          const { body, type } = await ask(prometheus(), '/prometheus/api/v1/query_range', {
            method: 'POST',
            headers: { 'content-type': form },
            body: params.toString(),
          })
          bytes += body.byteLength
          if (bytes > mostOfDashboard)
            throw new FiredrillError('too-large', 'the dashboard has more data than can be passed on at once: ask for a shorter time')
          if (!type.startsWith('application/json'))
            throw new FiredrillError('component-failed', 'Prometheus sent something other than JSON')
          metrics.drawn(request, query, body)
          // Forwarded without parsing, which would block other requests for too long.
          return body
        } catch (error) {
          // In the form of Prometheus's refusals: the dashboard draws its other graphs.
          return Buffer.from(JSON.stringify({ status: 'error', errorType: 'unavailable', error: describeError(error) }))
        }
      }),
    )
    const parts = answers.flatMap((answer, index) => (index === 0 ? [answer] : [comma, answer]))
    return reply.type('application/json').send(Buffer.concat([Buffer.from('{"answers":['), ...parts, Buffer.from(']}')]))
  })
}

function alertRoutes(app: Api, { alertmanager }: Upstreams, served: (request: FastifyRequest) => void): void {
  for (const [path, target] of [
    ['/api/alerts', 'alerts'],
    ['/api/alert-groups', 'alerts/groups'],
    ['/api/silences', 'silences'],
  ] as const)
    app.get(path, async (request, reply) =>
      forward(alertmanager(), `/alertmanager/api/v2/${target}`, request, reply, {}, () => served(request)),
    )
  serve(app, 'POST /api/silences', async (request, reply) => {
    const { matchers, durationMs, comment, createdBy } = request.body
    const refusal = muteRefusal(matchers)
    if (refusal !== null) throw new FiredrillError('bad-request', refusal)
    const now = Date.now()
    const body = { matchers, comment, createdBy, startsAt: new Date(now).toISOString(), endsAt: new Date(now + durationMs).toISOString() }
    return forward(alertmanager(), '/alertmanager/api/v2/silences', request, reply, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  })
  serve(app, 'DELETE /api/silences/:id', async (request, reply) =>
    forward(alertmanager(), `/alertmanager/api/v2/silence/${request.params.id}`, request, reply, { method: 'DELETE' }),
  )
}

/** The servers' own pages and APIs, for those who prefer them, and for Grafana. Locust's can change the load, so it is for instructors. */
function ownPages(app: Api, { prometheus, store, locust }: Upstreams): void {
  void app.register(httpProxy, {
    ...pages(prometheus(), '/prometheus'),
    httpMethods: ['GET', 'HEAD', 'POST'],
    // Profiles and the lifecycle API of Prometheus itself are not available, and POST is for queries only.
    preHandler: async (request) => {
      const path = decodedPath(request.url)
      const forms = path.startsWith('/prometheus/api/v1/') && prometheusForms.test(path.slice('/prometheus/api/v1/'.length))
      if (/\/+(debug|-)(\/|$)/.test(path) || (request.method === 'POST' && !forms))
        throw new FiredrillError('not-found', `there is no ${request.method} ${request.url.split('?')[0]}`)
    },
  })
  void app.register(httpProxy, { ...pages(store(), '/jaeger'), httpMethods: ['GET', 'HEAD'] })
  void app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'instructor' }
    })
    await scope.register(httpProxy, pages(locust(), '/locust'))
  })
}

/** Forwards requests unchanged, and reports a server that does not answer. */
const pages = ({ name, base }: Upstream, prefix: string): FastifyHttpProxyOptions => ({
  upstream: base,
  prefix,
  rewritePrefix: prefix,
  undici: { headersTimeout: longestMs, bodyTimeout: 2 * longestMs },
  replyOptions: {
    onError: (reply, { error }) => {
      const late = error.name.includes('GatewayTimeout') || /timeout/i.test(error.message)
      const why = late ? `${name} gave no answer within ${longestMs / 1_000} s` : `${name} does not answer: ${describeError(error)}`
      void reply.send(new FiredrillError(late ? 'timed-out' : 'component-unreachable', why, { cause: error }))
    },
  },
})

/** The path as the server behind will read it: without escapes and dot segments. Invalid escapes leave it unchanged. */
function decodedPath(target: string): string {
  const { pathname } = new URL(target, 'http://localhost')
  try {
    return decodeURIComponent(pathname)
  } catch {
    return pathname
  }
}
