import { trace } from '@opentelemetry/api'
import { fastify, type FastifyInstance } from 'fastify'
import { rememberCallers } from './caller.ts'
import type { BaseConfig } from './config.ts'
import { messageOf } from './errors.ts'
import { counter, gauge, histogram, registry } from './metrics.ts'
import { activeSpanContext, stopTelemetry } from './telemetry.ts'

/** How long a service that is stopping continues with requests under way: far longer than any takes that is not stuck. */
const drainMs = 3_000
/** How long it waits for its own calls to others that can be aborted without loss. */
const letGoMs = 500

type ReadyCheck = () => Promise<void>

export interface Service {
  app: FastifyInstance
  /** Adds a dependency that must answer, over a new connection, for the service to be ready. */
  readyWhen(name: string, check: ReadyCheck): void
  /** Adds something to close; closed in reverse order, after the last request has been answered. */
  onStop(close: () => Promise<void>): void
  /** Aborts soon after the service was asked to stop: for work that may hang, and would delay the stop. */
  readonly stopping: AbortSignal
  /** Listens, and stops gracefully on SIGTERM. */
  start(): Promise<void>
}

/** The frame of every service: HTTP with RED metrics, structured logs, health, readiness and graceful shutdown. */
export function createService(config: BaseConfig): Service {
  const app = fastify({
    logger: {
      level: config.LOG_LEVEL,
      base: { service: config.SERVICE_NAME, version: config.SERVICE_VERSION },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const span = activeSpanContext()
        return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
      },
    },
    disableRequestLogging: true,
    forceCloseConnections: 'idle',
    bodyLimit: 64 * 1024,
  })
  const checks = new Map<string, ReadyCheck>()
  const closers: (() => Promise<void>)[] = []
  let stopping = false
  const lettingGo = new AbortController()

  addRequestMetrics(app)
  rememberCallers(app)
  // A version that changes the label is a deploy: dashboards join on it.
  gauge('build_info', 'Version that runs', ['version'] as const).set({ version: config.SERVICE_VERSION }, 1)

  app.get('/health', async () => ({ status: 'ok' }))
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
  app.get('/ready', async (_request, reply) => {
    const failures = await Promise.all(
      [...checks].map(([name, check]) =>
        check().then(
          () => null,
          (error: unknown) => `${name}: ${messageOf(error)}`,
        ),
      ),
    )
    const failing = failures.filter((failure) => failure !== null)
    if (stopping) failing.push('shutting down')
    return failing.length === 0 ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', failing })
  })

  async function stop(signal: string) {
    if (stopping) return
    stopping = true
    app.log.info({ signal }, 'shutting down')
    const hurry = setTimeout(() => process.exit(1), drainMs)
    setTimeout(() => lettingGo.abort(), letGoMs).unref()
    await app.close()
    for (const close of closers.toReversed()) await close().catch((error: unknown) => app.log.error({ err: error }, 'closing failed'))
    await stopTelemetry()
    clearTimeout(hurry)
    process.exit(0)
  }

  return {
    app,
    readyWhen: (name, check) => void checks.set(name, check),
    stopping: lettingGo.signal,
    onStop: (close) => void closers.push(close),
    async start() {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))
      await app.listen({ host: config.HOST, port: config.PORT })
      app.log.info({ port: config.PORT }, 'listening')
    },
  }
}

const internal = new Set(['/health', '/ready', '/metrics'])

function addRequestMetrics(app: FastifyInstance): void {
  const requests = counter('http_requests_total', 'HTTP requests answered', ['method', 'route', 'status'] as const)
  const duration = histogram('http_request_duration_seconds', 'Time to answer an HTTP request', ['method', 'route'] as const)
  const inFlight = gauge('http_requests_in_flight', 'HTTP requests being answered', [] as const)

  app.addHook('onRoute', ({ method, url }) => {
    if (internal.has(url) || method === 'HEAD') return
    for (const verb of [method].flat().filter((name) => name !== 'HEAD')) {
      // Series exist at 0 from the start, so that the first error counts as an increase.
      for (const status of ['2xx', '4xx', '5xx']) requests.inc({ method: verb, route: url, status }, 0)
      duration.zero({ method: verb, route: url })
    }
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url
    if (route && !internal.has(route)) {
      inFlight.inc()
      const span = trace.getActiveSpan()
      span?.updateName(`${request.method} ${route}`)
      span?.setAttribute('http.route', route)
    }
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url
    if (route && !internal.has(route)) {
      inFlight.dec()
      const labels = { method: request.method, route }
      requests.inc({ ...labels, status: `${Math.floor(reply.statusCode / 100)}xx` })
      duration.observe(labels, reply.elapsedTime / 1_000)
      request.log.info(
        { method: request.method, route, url: request.url, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) },
        `${request.method} ${request.url} ${reply.statusCode}`,
      )
    }
    done()
  })
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    const status = error.statusCode ?? 500
    trace.getActiveSpan()?.recordException(error)
    request.log[status >= 500 ? 'error' : 'info']({ err: error, route: request.routeOptions.url }, error.message)
    return reply
      .code(status)
      .send({ error: error.code ?? 'internal', message: status >= 500 && !error.statusCode ? 'internal error' : error.message })
  })
}
