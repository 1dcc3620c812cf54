import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { lookAt } from '../look-at.ts'
import { Looks } from '../looks.ts'
import { People } from '../people.ts'
import { projectRoot } from '../paths.ts'
import { paperRange } from '../replay/paper-range.ts'
import { createApp } from './app.ts'
import type { Api, ApiContext } from './context.ts'
import { meshRoutes } from './mesh.ts'
import { rangeRoutes } from './range.ts'
import { telemetryRoutes } from './telemetry.ts'
import { client } from '../../model/client.ts'

const series = { status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [0, '1'] }] } }
const spans = [
  { spanId: '1', parentSpanId: '', service: 'gateway', status: 'Error', attributes: {} },
  { spanId: '2', parentSpanId: '1', service: 'orders', status: 'Error', attributes: { 'db.system': 'postgresql' } },
]
const usual: [RegExp, unknown][] = [
  [/\/api\/v1\/query/, series],
  [/\/telemetry\/traces\/.+/, { traceId: 'x', spans }],
  [/\/telemetry\/traces/, { traces: [{ traceId: 'x' }] }],
  [/\/telemetry\/logs/, { logs: [{ body: 'x' }] }],
]
let answers = usual
const upstream = http.createServer((request, response) => {
  const [, body] = answers.find(([url]) => url.test(request.url ?? '')) ?? [null, {}]
  request.resume().once('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)))
})
let noted: string[] = []
let looks: Looks
let app: Api

before(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
})
beforeEach(() => {
  answers = usual
  noted = []
  looks = new Looks((view, component) => noted.push(`${view} ${component}`))
  app = createApp()
  app.decorateRequest('role', null)
  const { port } = upstream.address() as AddressInfo
  const api = {
    context: { port: () => port, config: { profile: 'drill' } },
    range: paperRange(projectRoot, 30),
    engine: { running: () => null },
    looks,
    // Safe: nobody has joined a game day.
    people: new People({ current: () => null } as unknown as ConstructorParameters<typeof People>[0]),
  } as unknown as ApiContext
  for (const routes of [telemetryRoutes, meshRoutes, rangeRoutes]) routes(app, api)
})

const get = async (url: string, headers: Record<string, string> = {}) => {
  const { statusCode } = await app.inject({ url, headers })
  assert.equal(statusCode, 200, url)
}
const query = (text: string, path = 'api/prometheus/query') => `/${path}?query=${encodeURIComponent(text)}`

test('every way to read a component’s telemetry counts as a look at it', async () => {
  await get(query('up{service="inventory"}'))
  await get(query('up{service="orders"}', 'prometheus/api/v1/query_range'))
  await app.inject({
    method: 'POST',
    url: '/api/prometheus/query',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ query: 'pg_up' }).toString(),
  })
  assert.deepEqual(noted.splice(0), ['dashboard inventory', 'dashboard orders', 'dashboard postgres'])
  await get('/api/telemetry/traces?service=inventory')
  await get('/api/telemetry/logs?service=orders')
  await get('/api/telemetry/logs/overview?service=postgres')
  await get('/api/mesh?service=inventory')
  await get('/api/changes?service=inventory')
  await get(`/api/telemetry/traces/${'0'.repeat(32)}`)
  assert.deepEqual(noted, ['trace inventory', 'logs orders', 'mesh inventory', 'deploys inventory', 'trace orders'])
})

test('a query over all components or none is no look; nor are secondary queries or empty answers', async () => {
  await get(query('up{service=~"gateway|catalog|inventory|orders"}'))
  await get(query('up{service=~".+"}'))
  await get(query('up'))
  await get('/api/telemetry/traces')
  await get('/api/mesh')
  await get('/api/changes')
  await get('/api/telemetry/traces?service=inventory', { 'x-firedrill-aside': '1' })
  await get(query('http_requests_total_bucket{service="inventory"}', 'api/prometheus/query_exemplars'))
  answers = [
    [/query/, { status: 'success', data: { resultType: 'vector', result: [] } }],
    [/traces/, { traces: [] }],
    [/logs/, { logs: [] }],
  ]
  await get(query('nothing{service="inventory"}'))
  await get('/api/telemetry/traces?service=inventory')
  await get('/api/telemetry/logs?service=inventory')
  assert.deepEqual(noted, [])
})

test('a dashboard may report that it shows what it was served', async (context) => {
  const queries = ['up{service="inventory"}', 'up{service="orders"}', 'up'].map((text) => ({ query: text, start: 0, end: 60, step: 15 }))
  const { statusCode } = await app.inject({ method: 'POST', url: '/api/prometheus/query_ranges', payload: { queries } })
  assert.equal(statusCode, 200)
  await get(`/api/telemetry/traces/${'0'.repeat(32)}`)
  assert.deepEqual(noted, ['trace orders'])
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const shown = (view: 'dashboard' | 'trace', component: 'inventory' | 'payments' | 'postgres' | 'gateway') => {
    looks.shown({ key: 'nobody', by: undefined }, view, component, '')
    context.mock.timers.tick(3_000)
    return looks.shown({ key: 'nobody', by: undefined }, view, component, '')
  }
  assert.deepEqual([shown('dashboard', 'inventory'), shown('dashboard', 'payments')], [true, false])
  assert.deepEqual([shown('trace', 'postgres'), shown('trace', 'gateway'), shown('trace', 'inventory')], [true, true, false])
})

test('a datastore is recognised in a trace by current conventions as well', async (context) => {
  const asks = { spanId: '3', parentSpanId: '', service: 'catalog', status: 'Unset', attributes: { 'db.system.name': 'redis' } }
  answers = [[/\/telemetry\/traces\/.+/, { traceId: 'x', spans: [asks] }]]
  await get(`/api/telemetry/traces/${'0'.repeat(32)}`)
  context.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const viewer = { key: 'nobody', by: undefined }
  looks.shown(viewer, 'trace', 'redis', '')
  context.mock.timers.tick(3_000)
  assert.equal(looks.shown(viewer, 'trace', 'redis', ''), true)
})

/** Reads something, without a report that it is shown. */
const reader = client(async ({ method, path }) => {
  assert.equal(method, 'GET', 'not by claiming')
  await get(path)
  return { status: 200, text: 'null' }
})

test('every place in a scenario can be looked at through the API', async () => {
  for (const view of ['dashboard', 'trace', 'logs', 'mesh', 'deploys'] as const) await lookAt(reader, { view, component: 'inventory' })
  assert.deepEqual(noted, ['dashboard inventory', 'trace inventory', 'logs inventory', 'mesh inventory', 'deploys inventory'])
})

test('the dashboard of a datastore counts by its exporter’s metrics', async () => {
  for (const component of ['postgres', 'redis', 'rabbitmq'] as const) await lookAt(reader, { view: 'dashboard', component })
  assert.deepEqual(noted, ['dashboard postgres', 'dashboard redis', 'dashboard rabbitmq'])
})
