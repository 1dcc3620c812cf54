import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Intake } from '../intake.ts'
import { openStoreBench, type StoreBench } from '../store-bench.ts'
import { newId, spanJson as span } from './span-json.ts'
import { encodeTraces } from './messages.ts'

let bench: StoreBench
let app: FastifyInstance
let intake: Intake

before(async () => {
  bench = await openStoreBench()
  ;({ app, intake } = bench)
})
after(() => bench.close())

const named = (service: unknown, ...others: object[]) => ({
  attributes: [{ key: 'service.name', value: { stringValue: service } }, ...others],
})
const wire = (fields: object = {}) => span({ traceId: randomBytes(16), spanId: randomBytes(8), ...fields })
const spansOf = (resource: object, ...spans: object[]) => ({ resource, scopeSpans: [{ spans }] })
const json = { 'content-type': 'application/json' }
const protobuf = { 'content-type': 'application/x-protobuf' }
const post = (url: string, payload: object | string | Buffer, headers: Record<string, string> = json) =>
  app.inject({
    method: 'POST',
    url,
    headers,
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  })
const countOf = async (table: 'otel_traces' | 'otel_logs', service: string) => {
  await intake.flush()
  const rows = await bench.engine.query<{ count: string }>(
    `SELECT toString(count()) AS count FROM ${table} WHERE ServiceName = {service:String}`,
    { service },
  )
  return Number(rows[0]?.count)
}

test('invalid data of one service costs the others in the same request nothing, and is reported', async () => {
  const service = `good-${newId(4)}`
  const good = () => spansOf(named(service), span(), span())
  for (const [bad, reason] of [
    [
      spansOf(named({ of: 'no text' }), span(), span(), span()),
      /resourceSpans\[1\]\.resource\.attributes\[0\]\.value\.stringValue is not text/,
    ],
    [spansOf({ attributes: 'none' }, span(), span(), span()), /resourceSpans\[1\]\.resource\.attributes is not a list/],
    [{ resource: named('bad'), scopeSpans: [{ scope: 7, spans: [span(), span(), span()] }] }, /scopeSpans\[0\]\.scope is not an object/],
    [
      { resource: named('bad'), instrumentationLibrarySpans: [{ spans: [span(), span(), span()] }] },
      /instrumentationLibrarySpans is no field/,
    ],
    [{ ...spansOf(named('bad'), span({ traceId: 'abc' }), span(), span()), schemaUrl: [] }, /schemaUrl is not text/],
  ] as const) {
    const { statusCode, body } = await post('/v1/traces', { resourceSpans: [good(), bad, good()] })
    assert.equal(statusCode, 200, body)
    const { rejectedSpans, errorMessage } = (JSON.parse(body) as { partialSuccess: Record<string, string> }).partialSuccess
    assert.equal(rejectedSpans, '3', body)
    assert.match(errorMessage ?? '', reason)
  }
  assert.equal(await countOf('otel_traces', service), 20)
  const logs = { resource: named(service), scopeLogs: [{ logRecords: [{ body: { stringValue: 'kept' } }] }] }
  const answer = await post('/v1/logs', { resourceLogs: [logs, { ...logs, resource: 'bad' }] })
  assert.equal(answer.json<{ partialSuccess: { rejectedLogRecords: string } }>().partialSuccess.rejectedLogRecords, '1')
  assert.equal(await countOf('otel_logs', service), 1)
  assert.equal((await post('/v1/traces', { resourceSpans: 'all of it' })).statusCode, 400)
})

test('so it is in protobuf, if the data around it can still be parsed', async () => {
  const service = `wire-${newId(4)}`
  const body = Buffer.from(
    encodeTraces({
      resourceSpans: [spansOf(named(service), wire()), spansOf(named('broken-key'), wire(), wire()), spansOf(named(service), wire())],
    }),
  )
  // The key now claims to be longer than its attribute.
  const at = body.indexOf('broken-key') - 'service.name'.length - 5
  assert.equal(body[at], 'service.name'.length)
  body[at] = 0x7f
  const { statusCode, body: told } = await post('/v1/traces', body, protobuf)
  assert.equal(statusCode, 200)
  assert.match(told, /2 refused; the first: not OTLP: /)
  assert.equal(await countOf('otel_traces', service), 2)
  const none = await post('/v1/traces', Buffer.from([0x12, 0x02, 0x08, 0x01]), protobuf)
  assert.deepEqual([none.statusCode, /no resource in it/.test(none.body)], [400, true], 'nothing of it is kept')
})

test('refused records are counted by service and reason, and made-up names do not fill the counters', async () => {
  await post('/v1/traces', {
    resourceSpans: [spansOf(named('typing'), span({ traceId: 'xyz' }), span({ startTimeUnixNano: '1' }), span())],
  })
  await post('/v1/traces', { resourceSpans: [spansOf(named('typing'), span({ spanId: '00' }))] })
  await post('/v1/traces', { resourceSpans: [spansOf({}, span({ spanId: '00' }))] })
  await post('/v1/traces', '{')
  const counted = async () => (await app.inject('/metrics')).body
  const before = await counted()
  const rejected = (labels: string, count: number) => `store_records_rejected_total{table="otel_traces",${labels}} ${count}\n`
  assert.ok(before.includes(rejected('service="typing",reason="malformed"', 1)), before)
  assert.ok(before.includes(rejected('service="typing",reason="time"', 1)))
  assert.ok(before.includes(rejected('service="typing",reason="id"', 1)))
  assert.ok(before.includes(rejected('service="unknown",reason="id"', 1)))
  assert.match(before, /store_requests_rejected_total\{table="otel_traces"\} [1-9]/)
  await post('/v1/traces', { resourceSpans: Array.from({ length: 500 }, (_, n) => spansOf(named(`made-up-${n}`), span({ spanId: '00' }))) })
  const after = await counted()
  assert.match(after, /store_records_rejected_total\{table="otel_traces",service="other",reason="id"\} 4\d\d\n/)
  assert.ok((after.match(/^store_records_rejected_total/gm) ?? []).length < 80, after)
})

test('a body with wrong headers is reported by its actual format, without its bytes', async () => {
  const text = JSON.stringify({ resourceSpans: [spansOf(named('x'), span())] })
  const binary = Buffer.from(encodeTraces({ resourceSpans: [spansOf(named('x'), wire())] }))
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const [body, headers, cause] of [
    [gzipSync(text), json, 'the body is gzip: send Content-Encoding: gzip'],
    [gzipSync(binary), protobuf, 'the body is gzip: send Content-Encoding: gzip'],
    [zstdCompressSync(binary), protobuf, 'the body is zstd: send Content-Encoding: zstd'],
    [deflateSync(text), json, 'the body is deflate: send Content-Encoding: deflate'],
    [gzipSync(gzipSync(text)), { ...json, 'content-encoding': 'gzip' }, 'the body is still gzip when it has been unpacked'],
    [Buffer.from(`\ufeff${text}`, 'utf16le'), json, 'the body is UTF-16: send it as UTF-8'],
    [Buffer.from(text, 'utf16le'), json, 'the body is UTF-16: send it as UTF-8'],
    [Buffer.from(text, 'utf16le').swap16(), json, 'the body is UTF-16: send it as UTF-8'],
    [Buffer.from(text), form, 'the body is JSON: send Content-Type: application/json'],
    [binary, json, 'the body is protobuf: send Content-Type: application/x-protobuf'],
    [Buffer.from([0xe4, 0x00, 0x1b, 0x5b]), json, 'is not valid JSON'],
    [Buffer.from(JSON.stringify({ resourceSpans: [spansOf({}, span({ traceId: '\u001b[2J\ud800' }))] })), json, 'is not an id'],
  ] as const) {
    const answer = await post('/v1/traces', body, headers)
    assert.equal(answer.statusCode, 400, cause)
    assert.ok(answer.body.includes(cause), `${cause}: ${answer.body}`)
    const message = headers === json ? answer.json<{ message: string }>().message : answer.body.slice(answer.body.indexOf('not OTLP'))
    assert.doesNotMatch(message, /[\p{C}\ufffd]/u, cause)
  }
})

test('an unknown content type is refused with the accepted ones', async () => {
  for (const type of ['', 'json']) {
    const answer = await post('/v1/traces', '{"resourceSpans":[]}', { 'content-type': type })
    assert.equal(answer.statusCode, 415)
    assert.match(answer.body, /send application\/json or application\/x-protobuf/)
  }
})

test('bodies are accepted in less usual encodings, and in several members', async () => {
  const service = `codings-${newId(4)}`
  const body = Buffer.from(JSON.stringify({ resourceSpans: [spansOf(named(service), span())] }))
  const coded = async (coding: string, payload: Buffer) =>
    (await post('/v1/traces', payload, { ...json, 'content-encoding': coding })).statusCode
  assert.equal(await coded('x-gzip', gzipSync(body)), 200)
  assert.equal(await coded('br', brotliCompressSync(body)), 200)
  assert.equal(await coded('gzip', Buffer.concat([gzipSync(body.subarray(0, 100)), gzipSync(body.subarray(100))])), 200)
  assert.equal(await countOf('otel_traces', service), 3)
  assert.equal(await coded('br', brotliCompressSync(body).subarray(0, 50)), 400)
  assert.equal(await coded('gzip', Buffer.concat([gzipSync(body.subarray(0, 100)), gzipSync(body.subarray(100)).subarray(0, 30)])), 400)
})

test('a log line of 64 KB is kept completely', async () => {
  const service = `long-${newId(4)}`
  const line = `${'é'.repeat(32_000)} end`
  await post('/v1/logs', { resourceLogs: [{ resource: named(service), scopeLogs: [{ logRecords: [{ body: { stringValue: line } }] }] }] })
  await intake.flush()
  const { logs } = (await app.inject(`/telemetry/logs?service=${service}&text=end`)).json<{ logs: { body: string }[] }>()
  assert.deepEqual(
    logs.map(({ body }) => body === line),
    [true],
  )
})

test('a request with very many invalid records is refused with the limit, before all are parsed', async () => {
  for (const [record, first] of [
    ['{}', /none is kept; the first: traceId is missing/],
    ['1', /none is kept; the first: resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\] is not an object/],
  ] as const) {
    const spans = Array.from({ length: 100_001 }, () => record).join(',')
    const answer = await post('/v1/traces', `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`)
    assert.equal(answer.statusCode, 400)
    assert.match(answer.body, /more than 100000 of its records are wrong, so none is kept; the first: /)
    assert.match(answer.body, first)
  }
  const empty = encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: 100_001 }, () => ({})) }] }] } as never)
  assert.equal((await post('/v1/traces', Buffer.from(empty), protobuf)).statusCode, 400)
})
