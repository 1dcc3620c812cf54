import { newId, nowNano, spanJson } from './span-json.ts'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Engine } from '../engine/engine.ts'
import type { Intake } from '../intake.ts'
import { createStoreServer } from '../server.ts'
import { writeLogEntry } from './logs.ts'
import { encodeTraces } from './messages.ts'
import { openStoreBench, type StoreBench } from '../store-bench.ts'

let bench: StoreBench
let folder: string
let engine: Engine
let app: FastifyInstance
let intake: Intake

before(async () => {
  bench = await openStoreBench()
  ;({ engine, app, intake, folder } = bench)
})
after(() => bench.close())

const attribute = (key: string, value: object) => ({ key, value })
const span = (traceId: string, fields: object = {}) => spanJson({ traceId, ...fields })
const traces = (spans: object[], service = 'shop') => ({
  resourceSpans: [{ resource: { attributes: [attribute('service.name', { stringValue: service })] }, scopeSpans: [{ spans }] }],
})
const logs = (logRecords: object[], service = 'shop') => ({
  resourceLogs: [{ resource: { attributes: [attribute('service.name', { stringValue: service })] }, scopeLogs: [{ logRecords }] }],
})
const post = (url: string, payload: object | string | Buffer, headers: Record<string, string> = {}) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  })
const stored = async <Row>(sql: string, params: Record<string, string>) => {
  await intake.flush()
  return engine.query<Row>(sql, params)
}
const spansOf = (traceId: string) =>
  stored<{ name: string; attributes: Record<string, string>; duration: string; parent: string; events: string[] }>(
    `SELECT SpanName AS name, SpanAttributes AS attributes, toString(Duration) AS duration, ParentSpanId AS parent,
       arrayMap(t -> toString(toUnixTimestamp64Nano(t)), Events.Timestamp) AS events
     FROM otel_traces WHERE TraceId = {traceId:String} ORDER BY Timestamp`,
    { traceId },
  )
const linesOf = (service: string) =>
  stored<{ body: string; severity: number; trace: string; age: string }>(
    `SELECT Body AS body, SeverityNumber AS severity, TraceId AS trace, toString(abs(dateDiff('second', Timestamp, now64(9)))) AS age
     FROM otel_logs WHERE ServiceName = {service:String}`,
    { service },
  )

test('text that was cut within a character is kept, with the replacement character, and so are its neighbours', async () => {
  const traceId = newId(16)
  const cut = span(traceId, { name: 'a\ud83d', attributes: [attribute('k\udc00', { stringValue: 'v\ud83d' })] })
  const neighbours = Array.from({ length: 100 }, () => span(traceId, { name: 'good' }))
  assert.equal((await post('/v1/traces', traces(neighbours, 'others'))).statusCode, 200)
  assert.deepEqual((await post('/v1/traces', traces([cut]))).json(), {})
  const found = await spansOf(traceId)
  assert.equal(found.length, 101)
  const kept = found.find(({ name }) => name !== 'good')
  assert.deepEqual([kept?.name, kept?.attributes], ['a\ufffd', { 'k\ufffd': 'v\ufffd' }])
})

test('text in protobuf that is not UTF-8 is kept in the same way', async () => {
  const traceId = newId(16)
  const encoded = Buffer.from(
    encodeTraces(traces([{ ...span(traceId, { name: 'placeholder' }), traceId: Buffer.from(traceId, 'hex'), spanId: randomBytes(8) }])),
  )
  // CESU-8: half of a surrogate pair, as in Java's modified encoding.
  Buffer.from([0x61, 0xed, 0xa0, 0xbd]).copy(encoded, encoded.indexOf('placeholder'))
  const answer = await post('/v1/traces', encoded, { 'content-type': 'application/x-protobuf' })
  assert.equal(answer.statusCode, 200)
  assert.equal((await spansOf(traceId))[0]?.name, 'a\ufffd\ufffd\ufffdeholder')
})

test('spans with invalid times are refused one by one, with the reason; their neighbours are kept', async () => {
  const microseconds = String(nowNano() / 1_000n)
  for (const start of ['0', '-1', '18446744073709551615', microseconds, String(Math.floor(Date.now() / 1_000))]) {
    const traceId = newId(16)
    const good = Array.from({ length: 20 }, () => span(traceId))
    const answer = await post('/v1/traces', traces([...good.slice(0, 10), span(traceId, { startTimeUnixNano: start }), ...good.slice(10)]))
    assert.equal(answer.statusCode, 200, start)
    const { partialSuccess } = answer.json<{ partialSuccess: { rejectedSpans: string; errorMessage: string } }>()
    assert.equal(partialSuccess.rejectedSpans, '1', start)
    assert.match(partialSuccess.errorMessage, /startTimeUnixNano .* is no time within/)
    assert.equal((await spansOf(traceId)).length, 20, start)
    const alone = await post('/v1/traces', traces([span(traceId, { startTimeUnixNano: start })]))
    assert.equal(alone.statusCode, 400, 'a request of which nothing is kept is not answered 200')
  }
})

test('an end before the start means no duration; an event without a time gets the start of its span', async () => {
  const traceId = newId(16)
  const start = nowNano()
  await post(
    '/v1/traces',
    traces([
      span(traceId, { startTimeUnixNano: String(start), endTimeUnixNano: String(start - 5n) }),
      span(traceId, { startTimeUnixNano: String(start + 1n), endTimeUnixNano: '18446744073709551615', events: [{ name: 'retry' }] }),
      span(traceId, { startTimeUnixNano: String(start + 2n), endTimeUnixNano: String(start + 4_294_967_298n) }),
    ]),
  )
  const found = await spansOf(traceId)
  assert.deepEqual(
    found.map(({ duration }) => duration),
    ['0', '0', '4294967296'],
  )
  assert.deepEqual(found[1]?.events, [String(start + 1n)])
})

test('ids of zeros mean none', async () => {
  const traceId = newId(16)
  assert.equal((await post('/v1/traces', traces([span(traceId, { parentSpanId: '0'.repeat(16) })]))).statusCode, 200)
  assert.equal((await spansOf(traceId))[0]?.parent, '')
  const none = await post('/v1/traces', traces([span('0'.repeat(32))]))
  assert.deepEqual([none.statusCode, /all zeros/.test(none.body)], [400, true])
  await post('/v1/logs', logs([{ body: { stringValue: 'unlinked' }, traceId: '0'.repeat(32), spanId: '0'.repeat(16) }], 'zeros'))
  assert.equal((await linesOf('zeros'))[0]?.trace, '')
})

test('one invalid id costs only its own span; in protobuf too', async () => {
  const traceId = newId(16)
  const good = Array.from({ length: 20 }, () => span(traceId))
  const json = await post('/v1/traces', traces([...good, span(traceId, { spanId: 'abc' })]))
  assert.equal(json.json<{ partialSuccess: { rejectedSpans: string } }>().partialSuccess.rejectedSpans, '1')
  const wire = { traceId: Buffer.from(traceId, 'hex'), spanId: randomBytes(8), startTimeUnixNano: String(nowNano()), endTimeUnixNano: '0' }
  const answer = await post('/v1/traces', Buffer.from(encodeTraces(traces([wire, { ...wire, spanId: randomBytes(5) }]))), {
    'content-type': 'application/x-protobuf',
  })
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /1 refused; the first: spanId has 5 bytes, not 8/)
  assert.equal((await spansOf(traceId)).length, 21)
})

test('JSON is accepted as in proto3: snake_case, null, numbers as text, names of enums, capitals in ids', async () => {
  const traceId = newId(16)
  const snake = {
    resource_spans: [
      {
        resource: null,
        scope_spans: [
          {
            spans: [
              {
                trace_id: traceId.toUpperCase(),
                span_id: newId(8),
                name: 'snake',
                kind: 'SPAN_KIND_SERVER',
                start_time_unix_nano: Number(nowNano()),
                end_time_unix_nano: String(nowNano()),
                attributes: null,
                links: null,
                unknown_field: { of: 'a newer version' },
              },
            ],
          },
        ],
      },
    ],
  }
  assert.equal((await post('/v1/traces', snake)).statusCode, 200)
  assert.equal((await spansOf(traceId)).length, 1)
  assert.equal((await post('/v1/traces', `\ufeff${JSON.stringify(traces([span(traceId)]))}`)).statusCode, 200)
  const other = await post('/v1/traces', { spans: [span(traceId)] })
  assert.deepEqual([other.statusCode, /spans is no field of OTLP: expected resourceSpans/.test(other.body)], [400, true])
  // Each has spans where current OTLP has none.
  for (const [strange, path] of [
    [{ resourceSpans: [{ instrumentationLibrarySpans: [{ spans: [span(traceId)] }] }] }, 'resourceSpans[0].instrumentationLibrarySpans'],
    [{ resourceSpans: [{ spans: [span(traceId)] }] }, 'resourceSpans[0].spans'],
    [{ resourceSpans: [{ ScopeSpans: [{ spans: [span(traceId)] }] }] }, 'resourceSpans[0].ScopeSpans'],
    [{ resourceSpans: [], spans: [span(traceId)] }, 'spans'],
  ] as const) {
    const { statusCode, body } = await post('/v1/traces', strange)
    assert.deepEqual([statusCode, body.includes(`${path} is no field of OTLP`)], [400, true], body)
  }
  const base64 = await post('/v1/traces', traces([span(Buffer.from(traceId, 'hex').toString('base64'))]))
  assert.match(base64.body, /hexadecimal in JSON, not base64/)
})

test('values of every type are converted to text as in the Collector', async () => {
  const traceId = newId(16)
  const values = {
    integer: { intValue: '9007199254740993' },
    negative: { intValue: -7 },
    double: { doubleValue: 0.25 },
    none: { doubleValue: 'NaN' },
    boolean: { boolValue: false },
    list: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }] } },
    record: { kvlistValue: { values: [{ key: '__proto__', value: { intValue: '2' } }] } },
    bytes: { bytesValue: Buffer.from('hi').toString('base64') },
    empty: {},
    __proto__x: { stringValue: 'x' },
  }
  await post('/v1/traces', traces([span(traceId, { attributes: Object.entries(values).map(([key, value]) => attribute(key, value)) })]))
  assert.deepEqual((await spansOf(traceId))[0]?.attributes, {
    integer: '9007199254740993',
    negative: '-7',
    double: '0.25',
    none: 'NaN',
    boolean: 'false',
    list: '["a",1]',
    record: '{"__proto__":2}',
    bytes: 'aGk=',
    empty: '',
    __proto__x: 'x',
  })
})

test('every log record is kept: invalid severities count as none, and invalid times as now', async () => {
  const service = `odd-${newId(4)}`
  const odd = [
    { severityNumber: -1 },
    { severityNumber: 300 },
    { severityNumber: '0' },
    { timeUnixNano: '18446744073709551615' },
    { timeUnixNano: 0, observedTimeUnixNano: String(nowNano()) },
    { traceId: newId(16).slice(2), flags: -1 },
  ]
  const answer = await post(
    '/v1/logs',
    logs(
      odd.map((fields, n) => ({ body: { stringValue: `line ${n}` }, ...fields })),
      service,
    ),
  )
  assert.deepEqual(answer.json(), {})
  const found = await linesOf(service)
  assert.equal(found.length, odd.length)
  for (const { severity, age, body } of found) assert.deepEqual([severity, Number(age) < 60], [0, true], body)
})

test('bodies are accepted in every encoding that senders use; others are refused with the reason, and never 5xx', async () => {
  const body = Buffer.from(JSON.stringify(traces([span(newId(16))])))
  const coded = (coding: string, payload: Buffer) => post('/v1/traces', payload, { 'content-encoding': coding })
  for (const [coding, payload] of [
    ['gzip', gzipSync(body)],
    ['GZIP', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['identity', body],
  ] as const)
    assert.equal((await coded(coding, payload)).statusCode, 200, coding)
  for (const [coding, payload, status, reason] of [
    ['gzip', gzipSync(body).subarray(0, 40), 400, /not complete gzip/],
    ['gzip', body, 400, /not complete gzip/],
    ['snappy', body, 415, /'snappy' is not known/],
    ['gzip', gzipSync(Buffer.alloc(80 * 1024 * 1024, ' ')), 413, /64 MiB/],
  ] as const) {
    const answer = await coded(coding, payload)
    assert.equal(answer.statusCode, status, coding)
    assert.match(answer.body, reason)
  }
  assert.equal((await post('/v1/traces', Buffer.alloc(0), { 'content-type': 'application/x-protobuf' })).statusCode, 200)
  assert.equal((await post('/v1/metrics', {})).statusCode, 404)
})

test('a sender of too much data is told why it was rejected', async () => {
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await fetch(`${address}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.alloc(17 * 1024 * 1024, ' '),
  })
  assert.equal(answer.status, 413)
  assert.match(await answer.text(), /at most 16 MiB/)
})

test('an incomplete request leaves nothing of itself, and its neighbours are complete', async () => {
  const traceId = newId(16)
  const wire = (name: string) => ({
    traceId: Buffer.from(traceId, 'hex'),
    spanId: randomBytes(8),
    name,
    startTimeUnixNano: String(nowNano()),
    endTimeUnixNano: String(nowNano()),
    attributes: [attribute('k', { stringValue: 'a value that is long enough to be cut' })],
  })
  const send = (body: Uint8Array) => post('/v1/traces', Buffer.from(body), { 'content-type': 'application/x-protobuf' })
  const whole = encodeTraces(traces([wire('whole'), wire('whole')]))
  assert.equal((await send(whole)).statusCode, 200)
  for (let cut = 1; cut < whole.length; cut += 7) {
    const { statusCode } = await send(whole.subarray(0, whole.length - cut))
    assert.ok(statusCode === 400 || statusCode === 200, `cut by ${cut}: ${statusCode}`)
  }
  assert.equal((await send(encodeTraces(traces([wire('whole')])))).statusCode, 200)
  const found = await spansOf(traceId)
  assert.equal(found.filter(({ name }) => name === 'whole').length, found.length)
  assert.equal(found.length, 3)
})

test('rows that wait for the database survive the end of the process, and are inserted once', async () => {
  const traceId = newId(16)
  const spool = path.join(folder, 'spool-2')
  const never = { maxRows: 1_000, maxBytes: 1e6, batchRows: 1_000, flushEveryMs: 1_000_000 }
  const away: Engine = { ...engine, insert: () => Promise.reject(new Error('away')) }
  const first = createStoreServer(away, never, { spool })
  const payload = JSON.stringify(traces([span(traceId), span(traceId)]))
  await first.app.inject({ method: 'POST', url: '/v1/traces', headers: { 'content-type': 'application/json' }, payload })
  await assert.rejects(first.intake.flush(), /away/)
  await first.intake.stop()
  assert.equal(readdirSync(spool).length, 1, 'a database that is away loses nothing')
  const second = createStoreServer(engine, never, { spool })
  await second.intake.flush()
  assert.equal((await spansOf(traceId)).length, 2)
  assert.deepEqual(readdirSync(spool), [])
  await second.intake.stop()
})

test('rows that the database refuses together are inserted in parts', async () => {
  // More days than the partitions of one insert (max_partitions_per_insert_block, 100).
  const service = `days-${newId(4)}`
  const days = 150
  intake.take('otel_logs', (batch) => {
    const entry = { traceId: '', spanId: '', severityText: '', severityNumber: 0, service, body: '', attributes: {} }
    for (let day = 0; day < days; day++) writeLogEntry({ ...entry, timeMs: Date.now() + day * 86_400_000 }, batch)
  })
  assert.equal((await linesOf(service)).length, days)
  assert.match((await app.inject('/metrics')).body, /store_rows_lost_total\{table="otel_logs"\} 0/)
})

test('rows collected for the next insert count as waiting: a flood is refused unread', async () => {
  const limits = { maxRows: 10, maxBytes: 1e6, batchRows: 1_000, flushEveryMs: 1_000_000 }
  const own = createStoreServer({ ...engine, insert: async () => {} }, limits, { spool: path.join(folder, 'spool-3') })
  const payload = traces(Array.from({ length: 9 }, () => span(newId(16))))
  assert.equal((await own.app.inject({ method: 'POST', url: '/v1/traces', payload })).statusCode, 200)
  assert.equal(own.intake.full(), true)
  assert.equal((await own.app.inject({ method: 'POST', url: '/v1/traces', payload })).statusCode, 429)
  assert.match((await own.app.inject('/metrics')).body, /store_requests_shed_total 1/)
  await own.intake.stop()
  assert.equal(own.intake.full(), false)
})
