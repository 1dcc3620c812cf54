import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { after, before, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type Completeness, SpanLedger } from './completeness.ts'
import type { Intake } from './intake.ts'
import { encodeTraces } from './otlp/messages.ts'
import type { LogOverview } from '../../model/telemetry.ts'
import { openStoreBench, type StoreBench } from './store-bench.ts'

let bench: StoreBench
let app: FastifyInstance
let intake: Intake

before(async () => {
  bench = await openStoreBench({ limits: { maxRows: 50, maxBytes: 1e6, batchRows: 100, flushEveryMs: 50 }, hours: 1 })
  ;({ app, intake } = bench)
})
after(() => bench.close())

const traceId = '0af7651916cd43dd8448eb211c80319c'
const nano = (offsetMs: number) => String(BigInt(Date.now() + offsetMs) * 1_000_000n)
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const span = (spanId: string, parentSpanId: string, name: string, kind: number) => ({
  traceId,
  spanId,
  parentSpanId,
  name,
  kind,
  startTimeUnixNano: nano(-100),
  endTimeUnixNano: nano(-40),
  attributes: [attribute('http.route', '/x'), { key: 'n', value: { intValue: '7' } }],
})
const request = (service: string, spans: object[]) => ({
  resourceSpans: [{ resource: { attributes: [attribute('service.name', service)] }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
})
const bytes = (hex: string) => Buffer.from(hex, 'hex')

test('OTLP is accepted as JSON, as protobuf and compressed, and found as one trace', async () => {
  const json = await app.inject({
    method: 'POST',
    url: '/v1/traces',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(request('front', [span('b7ad6b7169203331', '', 'GET /', 3)])),
  })
  assert.equal(json.statusCode, 200)
  const child = {
    ...span('00f067aa0ba902b7', 'b7ad6b7169203331', 'GET /x', 2),
    traceId: bytes(traceId),
    spanId: bytes('00f067aa0ba902b7'),
    parentSpanId: bytes('b7ad6b7169203331'),
  }
  const protobuf = await app.inject({
    method: 'POST',
    url: '/v1/traces',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
    payload: gzipSync(encodeTraces(request('back', [child]))),
  })
  assert.equal(protobuf.statusCode, 200)
  await intake.flush()
  const { spans } = (await app.inject(`/telemetry/traces/${traceId}`)).json<{
    spans: { service: string; kind: string; attributes: Record<string, string> }[]
  }>()
  assert.deepEqual(spans.map((one) => one.service).toSorted(), ['back', 'front'])
  assert.deepEqual(
    spans.map((one) => one.attributes['n']),
    ['7', '7'],
  )
  const { edges } = (await app.inject('/telemetry/service-graph')).json<{ edges: { parent: string; child: string }[] }>()
  assert.deepEqual(
    edges.map(({ parent, child: called }) => [parent, called]),
    [['front', 'back']],
  )
  const jaeger = (await app.inject(`/jaeger/api/traces/${traceId}`)).json<{ data: { spans: unknown[] }[] }>()
  assert.equal(jaeger.data[0]?.spans.length, 2)
})

test('logs are found by text, severity and trace', async () => {
  const record = (severityNumber: number, text: string) => ({
    timeUnixNano: nano(0),
    severityNumber,
    severityText: severityNumber > 16 ? 'ERROR' : 'INFO',
    body: { stringValue: text },
    traceId,
    spanId: '00f067aa0ba902b7',
    attributes: [attribute('level of it', `no ${severityNumber}`)],
  })
  const payload = JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [attribute('service.name', 'front')] },
        scopeLogs: [{ logRecords: [record(9, 'all is well'), record(17, 'The Kettle broke')] }],
      },
      {
        resource: { attributes: [attribute('service.name', 'ids')] },
        scopeLogs: [
          {
            logRecords: [
              record(9, 'order 0F8FAD5B-D9CB-469F-A165-70867728950E is paid'),
              record(9, 'order 0f8fad5bd9cb469fa16570867728950e is not'),
            ],
          },
        ],
      },
    ],
  })
  assert.equal(
    (await app.inject({ method: 'POST', url: '/v1/logs', headers: { 'content-type': 'application/json' }, payload })).statusCode,
    200,
  )
  await intake.flush()
  const search = async (query: string) =>
    (await app.inject(`/telemetry/logs?${query}`)).json<{ logs: { body: string }[] }>().logs.map((line) => line.body)
  assert.deepEqual(await search('text=kettle'), ['The Kettle broke'])
  assert.deepEqual(await search('minSeverity=17'), ['The Kettle broke'])
  assert.equal((await search(`traceId=${traceId}`)).length, 4)
  assert.deepEqual(await search('text=0f8fad5b-d9cb-469f-a165-70867728950e'), ['order 0F8FAD5B-D9CB-469F-A165-70867728950E is paid'])
  assert.deepEqual(await search('text=0F8FAD5BD9CB469FA16570867728950E%20NOT'), ['order 0f8fad5bd9cb469fa16570867728950e is not'])
  assert.equal((await search('text=0f8fad5b')).length, 2, 'a part of one is found as any text is')
  assert.deepEqual(await search("text=' OR 1=1"), [])
  assert.deepEqual(await search('tag=level%20of%20it%3Dno%2017'), ['The Kettle broke'])
  assert.deepEqual(await search("tag=level%20of%20it%3D'%20OR%201=1"), [])
  const overview = (await app.inject('/telemetry/logs/overview?service=front')).json<LogOverview>()
  assert.deepEqual(
    overview.buckets.map(({ lines, errors }) => ({ lines, errors })),
    [{ lines: 2, errors: 1 }],
  )
  assert.deepEqual(overview.services, [{ name: 'front', lines: 2, errors: 1 }])
  assert.deepEqual(overview.severities.map(({ name }) => name).toSorted(), ['ERROR', 'INFO'])
})

test('lines that are far apart are found, each once and newest first, and no more than the limit', async () => {
  const toMs = Math.floor(Date.now() / 1_000) * 1_000
  // One for every second of four minutes: wherever the search splits its time range, a line is there.
  const ages = Array.from({ length: 240 }, (_, second) => second)
  const logRecords = ages.map((age) => ({
    timeUnixNano: String(BigInt(toMs - age * 1_000) * 1_000_000n),
    severityNumber: 9,
    severityText: 'INFO',
    body: { stringValue: `far apart ${age}` },
  }))
  // As many at once as the store has room for here.
  for (let from = 0; from < logRecords.length; from += 40) {
    const scopeLogs = [{ logRecords: logRecords.slice(from, from + 40) }]
    const payload = JSON.stringify({
      resourceLogs: [{ resource: { attributes: [attribute('service.name', 'apart')] }, scopeLogs }],
    })
    const { statusCode } = await app.inject({
      method: 'POST',
      url: '/v1/logs',
      headers: { 'content-type': 'application/json' },
      payload,
    })
    assert.equal(statusCode, 200)
    await intake.flush()
  }
  const found = async (limit: number, from = toMs - 3_600_000) =>
    (await app.inject(`/telemetry/logs?service=apart&from=${from}&to=${toMs}&limit=${limit}`))
      .json<{ logs: { body: string }[] }>()
      .logs.map(({ body }) => Number(body.replace('far apart ', '')))
  assert.deepEqual(await found(1_000), ages)
  assert.deepEqual(await found(50), ages.slice(0, 50))
  assert.deepEqual(await found(200), ages.slice(0, 200))
  assert.deepEqual(await found(1_000, toMs - 30_000), ages.slice(0, 31))
})

test('messages that differ only in numbers are one pattern', async () => {
  const record = (text: string) => ({ timeUnixNano: nano(0), severityNumber: 9, severityText: 'INFO', body: { stringValue: text } })
  const lines = ['order 17 took 3.5 ms', 'order 18 took 12 ms', 'GET /products/P00017 200', 'GET /products/P00018 200']
  const payload = JSON.stringify({
    resourceLogs: [
      { resource: { attributes: [attribute('service.name', 'shapes')] }, scopeLogs: [{ logRecords: lines.map((text) => record(text)) }] },
    ],
  })
  await app.inject({ method: 'POST', url: '/v1/logs', headers: { 'content-type': 'application/json' }, payload })
  await intake.flush()
  const { patterns } = (await app.inject('/telemetry/logs/overview?service=shapes')).json<LogOverview>()
  assert.deepEqual(patterns.map(({ pattern, lines: count }) => [pattern, count]).toSorted(), [
    ['GET /products/… …', 2],
    ['order … took … ms', 2],
  ])
})

test('what is not OTLP is refused with the reason, and loses nothing', async () => {
  const bad = await app.inject({
    method: 'POST',
    url: '/v1/traces',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(request('front', [{ ...span('xyz', '', 'n', 1) }])),
  })
  assert.equal(bad.statusCode, 400)
  assert.match(bad.json<{ message: string }>().message, /not an id/)
})

test('a missing trace is told apart from an invalid request', async () => {
  const ask = async (id: string) => {
    const answer = await app.inject({ method: 'GET', url: `/telemetry/traces/${id}` })
    return [answer.statusCode, answer.json<{ error: { code: string } }>().error.code]
  }
  assert.deepEqual(await ask('f'.repeat(32)), [404, 'not-found'])
  assert.deepEqual(await ask('xyz'), [400, 'bad-request'])
})

test('an unknown route is refused in the form of its API', async () => {
  const own = await app.inject('/telemetry/nothing?x=1')
  assert.deepEqual(
    [own.statusCode, own.json()],
    [404, { error: { code: 'not-found', message: 'there is no GET /telemetry/nothing here' } }],
  )
  const page = await app.inject('/')
  assert.deepEqual(
    [page.statusCode, page.json<{ message: string }>().message.startsWith('there is no GET / here: traces are taken at')],
    [404, true],
  )
})

test('what does not fit is refused with 429 and counted', async () => {
  const many = Array.from({ length: 60 }, (_, n) => span((n + 1).toString(16).padStart(16, '0'), '', 'n', 1))
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/traces',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(request('front', many)),
  })
  assert.equal(answer.statusCode, 429)
  assert.equal(answer.headers['retry-after'], '1')
  assert.match((await app.inject('/metrics')).body, /store_rows_shed_total\{table="otel_traces"\} 60/)
  const told = (await app.inject('/telemetry/completeness')).json<Completeness>()
  assert.equal(told.missing, 60)
  assert.ok(told.sinceMs !== null && told.sinceMs <= Date.now() && told.share > 0.5, JSON.stringify(told))
})

test('spans count as missing from the first refusal, and for a quarter of an hour after the last', () => {
  const ledger = new SpanLedger()
  ledger.taken(900, 450_000)
  assert.deepEqual(ledger.completeness(0), { sinceMs: null, missing: 0, share: 0 })
  ledger.refused(10, 1_000)
  ledger.taken(970, 485_000)
  // Of five hundred bytes each.
  ledger.refusedUnread(10_000, 61_000)
  assert.deepEqual(ledger.completeness(62_000), { sinceMs: 1_000, missing: 30, share: 0.03 })
  assert.deepEqual(ledger.completeness(61_000 + 900_001), { sinceMs: null, missing: 0, share: 0 })
})
