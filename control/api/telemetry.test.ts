import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { FiredrillError, errorAnswer } from '../../model/errors.ts'
import type { RangeContext } from '../../range/context.ts'
import type { Api, ApiContext } from './context.ts'
import { telemetryRoutes } from './telemetry.ts'

/** What the components behind the routes were asked for. */
const asked: string[] = []
const upstream = http.createServer((request, response) => {
  asked.push(request.url ?? '')
  response.setHeader('content-type', 'application/json').end('{"status":"success"}')
})
let app: Api
let port = 0

before(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  port = (upstream.address() as AddressInfo).port
  app = fastify() as unknown as Api
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = errorAnswer(error instanceof Error ? error : new FiredrillError('internal', String(error)))
    return reply.code(status).send(body)
  })
  // Safe: the routes need no more of it than ports and the profile.
  const context = { port: () => port, config: { profile: 'drill' } } as unknown as RangeContext
  telemetryRoutes(app, { context } as unknown as ApiContext)
  await app.listen({ port: 0, host: '127.0.0.1' })
})
after(async () => {
  await app.close()
  await new Promise((resolve) => upstream.close(resolve))
})

/** As it is: clients that mean well take dot segments out themselves. */
const statusOf = (url: string): Promise<number | undefined> => {
  asked.length = 0
  const { port: own } = app.server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port: own, path: url }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode))
      })
      .once('error', reject)
  })
}

test('what is asked of the telemetry store stays below its API', async () => {
  assert.equal(await statusOf('/api/telemetry/traces?limit=5'), 200)
  assert.deepEqual(asked, ['/api/traces?limit=5'])
  for (const way of ['../metrics', '%2e%2e/metrics', '.%2E/v1/traces', 'x/../../metrics']) {
    assert.equal(await statusOf(`/api/telemetry/${way}`), 404, way)
    assert.deepEqual(asked, [], way)
  }
})

test('Prometheus is there to be asked, not to be profiled', async () => {
  assert.equal(await statusOf('/prometheus/graph'), 200)
  for (const way of ['debug/pprof/', '%64ebug/pprof/heap', '/debug/pprof/', 'x/../debug/pprof/', '-/reload', '-/quit']) {
    assert.equal(await statusOf(`/prometheus/${way}`), 404, way)
    assert.deepEqual(asked, [], way)
  }
})

test('a query that Prometheus does not answer costs one graph, and not the dashboard', async () => {
  const queries = [{ query: 'up', start: 0, end: 60, step: 15 }]
  const ask = async () => {
    const answer = await app.inject({ method: 'POST', url: '/api/prometheus/query_ranges', payload: { queries } })
    return [answer.statusCode, answer.json<{ answers: { status: string; error?: string }[] }>().answers] as const
  }
  assert.deepEqual(await ask(), [200, [{ status: 'success' }]])
  const before = port
  // Nothing listens there.
  port = 1
  try {
    const [status, [refusal]] = await ask()
    assert.deepEqual([status, refusal?.status], [200, 'error'])
    assert.match(refusal?.error ?? '', /Prometheus does not answer/)
  } finally {
    port = before
  }
})
