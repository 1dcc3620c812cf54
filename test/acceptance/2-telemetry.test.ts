import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { exemplarsBenchmark } from '../../bench/exemplars.ts'
import { traceBenchmark } from '../../bench/trace.ts'
import { until } from '../../model/until.ts'
import { portOffsets } from '../../range/context.ts'
import { base, client, ensureUp, portBase, state } from './test-range.ts'
import { seriesIn } from '../../model/series.ts'

const context = { state, client: client('instructor'), say: () => {} }

before(async () => {
  await ensureUp()
  // Until the users have bought something, and the worker's spans have been sent.
  await until('enough checkouts to look at', 120_000, async () => {
    const query = new URLSearchParams({
      service: 'fulfilment',
      from: String(Date.now() - 120_000),
      to: String(Date.now() - 15_000),
      limit: '100',
    })
    const { traces } = await context.client.get('/api/telemetry/traces', { query })
    return traces.length >= 60
  })
})

for (const benchmark of [traceBenchmark, exemplarsBenchmark]) {
  test(benchmark.title, async () => {
    const missed = (await benchmark.run(context)).filter((row) => row.ok === false)
    assert.deepEqual(missed, [])
  })
}

test('the queue’s waiting time is in the trace', async () => {
  const query = new URLSearchParams({ service: 'fulfilment', to: String(Date.now() - 15_000), limit: '5' })
  const { traces } = await context.client.get('/api/telemetry/traces', { query })
  for (const { traceId } of traces) {
    const { spans } = await context.client.get('/api/telemetry/traces/:id', { id: traceId })
    const consumed = spans.find((span) => span.kind === 'Consumer' && span.service === 'fulfilment')
    const published = spans.find((span) => span.kind === 'Producer' && span.service === 'orders')
    if (!consumed || !published) continue
    assert.ok(consumed.startUs >= published.startUs, 'consumed before it was published')
    assert.ok(Number(consumed.attributes['messaging.message.waited_ms'] ?? Number.NaN) >= 0, JSON.stringify(consumed.attributes))
    return
  }
  assert.fail('no trace crosses the queue')
})

test('the logs of every store are there, and those of services carry their trace', async () => {
  const logs = async (service: string) =>
    (await context.client.get('/api/telemetry/logs', { query: { service, limit: 200, to: Date.now() - 15_000 } })).logs
  for (const service of ['postgres', 'redis', 'rabbitmq']) assert.ok((await logs(service)).length > 0, service)
  for (const service of ['gateway', 'catalog', 'inventory', 'orders', 'payments', 'fulfilment']) {
    const lines = await logs(service)
    const line = lines.find((known) => known.traceId !== '' && known.spanId !== '')
    assert.ok(line, `${service} has no line with a trace`)
    const { spans } = await context.client.get('/api/telemetry/traces/:id', { id: line.traceId })
    assert.ok(
      spans.some(({ spanId }) => spanId === line.spanId),
      `${service}: the span of its line is not in the trace`,
    )
  }
})

test('Jaeger’s query API reads the store', async () => {
  const jaeger = `http://127.0.0.1:${portBase + portOffsets.telemetryStore}/jaeger/api`
  const get = async (path: string) => ((await (await fetch(`${jaeger}${path}`)).json()) as { data: unknown[] }).data
  assert.ok((await get('/services')).includes('orders'))
  const [trace] = (await get('/traces?service=orders&limit=1')) as {
    traceID: string
    spans: { traceID: string; processID: string }[]
    processes: Record<string, { serviceName: string }>
  }[]
  assert.ok(trace)
  assert.match(trace.traceID, /^[0-9a-f]{32}$/)
  const services = new Set(trace.spans.map(({ processID }) => trace.processes[processID]?.serviceName))
  assert.ok(services.has('orders'), [...services].join())
  assert.ok(!services.has(undefined), 'each span has its process')
  for (const { traceID } of trace.spans) assert.equal(traceID, trace.traceID)
})

test('error series exist at 0 from the start', async () => {
  const { data } = await context.client.get('/api/prometheus/query', { query: { query: 'journey_events_total{outcome="error"}' } })
  assert.deepEqual([...new Set(seriesIn(data).map(({ metric }) => metric['journey']))].toSorted(), ['browse', 'checkout', 'fulfilment'])
})

test('every port of the range listens on loopback only', () => {
  const ours = new Set(Object.values(portOffsets).map((offset) => portBase + offset))
  const listening = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local = '', , status] = line.trim().split(/\s+/)
        const [address = '', port = ''] = local.split(':')
        return status === '0A' && ours.has(Number.parseInt(port, 16)) ? [{ address, port: Number.parseInt(port, 16) }] : []
      }),
  )
  assert.ok(listening.length >= 15)
  // 127.0.0.1 and ::1, in the kernel's notation.
  const loopback = ['0100007F', '00000000000000000000000001000000']
  assert.deepEqual(
    listening.filter(({ address }) => !loopback.includes(address)),
    [],
  )
})

test('the API refuses requests without a token, with a foreign host name or from a foreign page', async () => {
  const { tokens } = state.config()
  const status = async (path: string, headers: Record<string, string>) => (await fetch(`${base}${path}`, { headers })).status
  const trainee = { authorization: `Bearer ${tokens.trainee}` }
  assert.equal(await status('/api/drills', {}), 401)
  assert.equal(await status('/api/drills', trainee), 200)
  assert.equal(await status('/api/drills', { ...trainee, origin: 'https://evil.example' }), 403)
  for (const path of ['/api/faults', '/api/fingerprint', '/api/scenarios/slow-shelves/plan', '/locust/'])
    assert.equal(await status(path, trainee), 403, path)
})

test('the API describes itself', async () => {
  const document = await context.client.get('/api/openapi.json')
  assert.match(document.openapi, /^3\./)
  for (const path of ['/api/drills', '/api/faults/{id}', '/api/actions/{id}', '/api/scenarios']) assert.ok(document.paths[path], path)
})
