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
import { queryRoutes } from './query-routes.ts'
import { readBody } from './otlp/body.ts'
import { answer, notFound, otlpPaths, receiveOtlp } from './otlp/receiver.ts'

const noContentType = 'the Content-Type is empty, or no media type: send application/json or application/x-protobuf'

interface StoreOptions {
  /** Where blocks wait for the database; a temporary folder by default. */
  spool?: string
  /** Retention of rows: older ones are refused. */
  retentionHours?: number
}

/** Accepts OTLP/HTTP and answers queries about traces and logs. */
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
  // The body is read here, whatever its declared length: the sender of an oversized one then receives the answer.
  app.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => readBody(payload, request.headers['content-encoding']))
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, request, reply) => {
    const bad = error instanceof z.ZodError
    const message = bad ? z.prettifyError(error) : error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? noContentType : error.message
    const status = bad ? 400 : (error.statusCode ?? 500)
    // Errors of queries have our API's form, those of OTLP requests OTLP's.
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
    // Polled every second or two; the database answers within a few milliseconds.
    if (Date.now() - answeredAt > 5_000) {
      await engine.query('SELECT 1')
      answeredAt = Date.now()
    }
    return { status: 'ready' }
  })
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))

  queryRoutes(app, engine)
  void app.register(jaegerRoutes, { prefix: '/jaeger/api', engine })
  answerAtApi(app)
  return { app, intake }
}
