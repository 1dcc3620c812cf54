import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { RangeContext } from '../../range/context.ts'
import type { GameDays } from '../game-days.ts'
import { Looks } from '../looks.ts'
import { People } from '../people.ts'
import { createApp } from './app.ts'
import type { Api, ApiContext } from './context.ts'
import { ask } from './forward.ts'
import { telemetryRoutes } from './telemetry.ts'

// Safe: nobody has joined a game day.
const nobody = { looks: new Looks(() => {}), people: new People({ current: () => null } as unknown as GameDays) }
/** The requests that the components behind the routes received. */
const asked: string[] = []
const upstream = http.createServer((request, response) => {
  asked.push(request.url ?? '')
  if (request.url === '/slow') return void setTimeout(() => response.end('slow'), 400)
  if (request.url?.startsWith('/hangs') || (request.url !== '/ready' && hangs)) return
  response.setHeader('content-type', 'application/json').end('{"status":"success"}')
})
/** A suspended component: it accepts connections, and never answers. */
let hangs = false
let app: Api
let port = 0

before(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  port = (upstream.address() as AddressInfo).port
  app = createApp()
  // Safe: the routes read only the ports and the profile.
  const context = { port: () => port, config: { profile: 'drill' } } as unknown as RangeContext
  telemetryRoutes(app, { context, ...nobody } as unknown as ApiContext)
  await app.listen({ port: 0, host: '127.0.0.1' })
})
after(async () => {
  await app.close()
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
})

/** Sends the path unchanged: ordinary clients remove dot segments. */
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

test('requests to the telemetry store cannot leave its API', async () => {
  assert.equal(await statusOf('/api/telemetry/traces?limit=5'), 200)
  assert.deepEqual(asked, ['/telemetry/traces?limit=5'])
  for (const way of ['../metrics', '%2e%2e/metrics', '.%2E/v1/traces', 'x/../../metrics']) {
    assert.equal(await statusOf(`/api/telemetry/${way}`), 404, way)
    assert.deepEqual(asked, [], way)
  }
})

test('Prometheus can be queried, but not profiled', async () => {
  assert.equal(await statusOf('/prometheus/graph'), 200)
  for (const way of ['debug/pprof/', '%64ebug/pprof/heap', '/debug/pprof/', 'x/../debug/pprof/', '-/reload', '-/quit']) {
    assert.equal(await statusOf(`/prometheus/${way}`), 404, way)
    assert.deepEqual(asked, [], way)
  }
})

test('a query that Prometheus does not answer costs one graph, not the dashboard', async () => {
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

test('a backend that hangs is told apart from a slow one, long before a request would time out', async () => {
  const base = `http://127.0.0.1:${port}`
  const slow = await ask({ name: 'Prometheus', base, ready: '/ready' }, '/slow', { doubtMs: 50 })
  assert.deepEqual([slow.status, slow.body.toString()], [200, 'slow'])
  const startedAt = Date.now()
  await assert.rejects(ask({ name: 'Prometheus', base, ready: '/hangs' }, '/hangs', { doubtMs: 50 }), {
    code: 'timed-out',
    message: 'Prometheus hangs: it does not even answer its readiness check',
  })
  assert.ok(Date.now() - startedAt < 5_000)
})

test('a dashboard reports within seconds that Prometheus hangs', async () => {
  hangs = true
  try {
    const queries = [{ query: 'up', start: 0, end: 60, step: 15 }]
    const startedAt = Date.now()
    const answer = await app.inject({ method: 'POST', url: '/api/prometheus/query_ranges', payload: { queries } })
    assert.match(answer.json<{ answers: { error: string }[] }>().answers[0]?.error ?? '', /Prometheus hangs/)
    assert.equal((await app.inject('/api/prometheus/query?query=up')).statusCode, 504)
    assert.ok(Date.now() - startedAt < 10_000)
  } finally {
    hangs = false
  }
})

test('an answer that is too large is refused with the reason', async () => {
  const base = `http://127.0.0.1:${port}`
  await assert.rejects(ask({ name: 'Prometheus', base, ready: '/ready' }, '/x', { mostBytes: 10 }), {
    code: 'too-large',
    message: /ask for less/,
  })
})

test('pages of a component that is down say so', async () => {
  const alone = createApp()
  telemetryRoutes(alone, { context: { port: () => 1, config: { profile: 'drill' } }, ...nobody } as unknown as ApiContext)
  for (const [url, name] of [
    ['/prometheus/graph', 'Prometheus'],
    ['/jaeger/api/services', 'the telemetry store'],
    ['/locust/', 'Locust'],
    ['/api/alerts', 'Alertmanager'],
  ] as const) {
    const answer = await alone.inject(url)
    assert.equal(answer.statusCode, 502, url)
    assert.match(answer.json<{ error: { message: string } }>().error.message, new RegExp(`^${name} does not answer: .*`), url)
  }
  await alone.close()
})
