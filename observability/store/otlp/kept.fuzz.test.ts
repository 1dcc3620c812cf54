import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { holdsFor } from '../../../test/fuzz.ts'
import type { LogFormat } from '../../../model/log-format.ts'
import { parseLine } from '../filelog/parsers.ts'
import { openStoreBench, type StoreBench } from '../store-bench.ts'
import { writeLogEntry } from './logs.ts'
import { encodeTraces } from './messages.ts'
import { bytes, Reader, varint } from './wire.ts'

let bench: StoreBench
before(async () => {
  bench = await openStoreBench()
})
after(() => bench.close())

const nano = (offsetMs: number) => String(BigInt(Date.now() + offsetMs) * 1_000_000n)
const mostly = <Value, Odd>(good: fc.Arbitrary<Value>, odd: fc.Arbitrary<Odd>) =>
  fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: odd })
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('a\ud83d', '\0', '__proto__', 'x'.repeat(70_000)),
)
const anything = fc.anything({ maxDepth: 2, withBigInt: false })
const value = fc.oneof(
  fc.record({ stringValue: text }),
  fc.record({ intValue: fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)) }),
  fc.record({ doubleValue: fc.oneof(fc.double(), fc.constantFrom('NaN', 'Infinity')) }),
  fc.record({ arrayValue: fc.record({ values: fc.array(fc.record({ stringValue: text }), { maxLength: 3 }) }) }),
  fc.record({ boolValue: fc.boolean() }),
)
const attributes = mostly(fc.array(fc.record({ key: text, value: mostly(value, anything) }), { maxLength: 4 }), anything)
const time = mostly(
  fc.integer({ min: -3_600_000, max: 3_600_000 }).map(nano),
  fc.constantFrom('0', '-1', '18446744073709551615', '1700000000', 'soon'),
)
const id = (bytes: number) =>
  mostly(
    fc.constant(null).map(() => randomBytes(bytes).toString('hex')),
    fc.constantFrom('0'.repeat(bytes * 2), 'abc', '', null, 7),
  )
const event = fc.record({ name: text, timeUnixNano: time, attributes }, { requiredKeys: [] })
const span = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    parentSpanId: id(8),
    name: text,
    kind: fc.oneof(fc.nat({ max: 7 }), text),
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    attributes,
    events: fc.array(event, { maxLength: 2 }),
    status: mostly(fc.record({ code: fc.nat({ max: 3 }), message: text }), anything),
  },
  { requiredKeys: ['traceId', 'spanId', 'startTimeUnixNano'] },
)
const logRecord = fc.record(
  {
    timeUnixNano: time,
    severityNumber: fc.integer({ min: -5, max: 300 }),
    severityText: text,
    body: mostly(value, anything),
    traceId: id(16),
    attributes,
  },
  { requiredKeys: [] },
)
/** Parts of a request, each a resource with its records; in some, something around the records is invalid. */
const parts = <Record>(record: fc.Arbitrary<Record>) =>
  fc.array(
    fc.record({
      records: fc.array(record, { maxLength: 6 }),
      more: mostly(fc.constant([]), fc.array(fc.record({ key: text, value: anything }), { maxLength: 2 })),
      scope: mostly(fc.constant({ name: 'x' }), anything),
    }),
    { minLength: 1, maxLength: 4 },
  )

let services = 0
/** The rows of one input, which has its own service. */
const countOf = async (table: string, service: string): Promise<number> => {
  await bench.intake.flush()
  const [found] = await bench.engine.query<{ count: string }>(
    `SELECT toString(count()) AS count FROM ${table} WHERE ServiceName = {service:String}`,
    { service },
  )
  return Number(found?.count)
}
interface Told {
  code?: number
  partialSuccess?: { rejectedSpans?: string; rejectedLogRecords?: string }
}

for (const [signal, url, table, record] of [
  ['spans', '/v1/traces', 'otel_traces', span],
  ['logs', '/v1/logs', 'otel_logs', logRecord],
] as const)
  test(`each ${signal} record in JSON is in the database or reported as rejected`, (context) =>
    holdsFor(context, [parts<unknown>(record)], async (given) => {
      const service = `${signal}-${services++}`
      const resources = given.map(({ records, more, scope }) => ({
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }, ...more] },
        ...(signal === 'spans' ? { scopeSpans: [{ scope, spans: records }] } : { scopeLogs: [{ scope, logRecords: records }] }),
      }))
      const sent = given.reduce((sum, { records }) => sum + records.length, 0)
      const payload = signal === 'spans' ? { resourceSpans: resources } : { resourceLogs: resources }
      const answer = await bench.app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify(payload),
      })
      const told = answer.json<Told>()
      const { rejectedSpans, rejectedLogRecords } = told.partialSuccess ?? {}
      const kept = await countOf(table, service)
      if (answer.statusCode !== 200) return assert.deepEqual([answer.statusCode, kept], [400, 0], answer.body)
      // An invalid part without records counts as one, so that it is reported at all.
      const empty = given.filter(({ records }) => records.length === 0).length
      const rejected = Number(rejectedSpans ?? rejectedLogRecords ?? 0)
      assert.ok(
        kept + rejected >= sent && kept + rejected <= sent + empty,
        `${sent} sent, ${kept} kept, ${rejected} rejected: ${answer.body}`,
      )
    }))

/** ExportTraceServiceResponse: a partial success in field 1, and in that the count in field 1. */
function rejectedIn(response: Buffer): number {
  const reader = Reader.create(response)
  if (response.length === 0 || reader.uint32() !== bytes(1)) return 0
  reader.uint32()
  return reader.uint32() === varint(1) ? Number(reader.int64()) : 0
}

test('each span in protobuf is in the database or reported as rejected', (context) =>
  holdsFor(
    context,
    [
      fc.array(fc.record({ id: fc.uint8Array({ minLength: 0, maxLength: 17 }), isGood: fc.boolean(), name: text, start: time }), {
        maxLength: 20,
      }),
    ],
    async (given) => {
      const service = `wire-${services++}`
      const spans = given.map(({ id: odd, isGood, name, start }) => ({
        traceId: isGood ? randomBytes(16) : odd,
        spanId: randomBytes(8),
        name: name.toWellFormed(),
        startTimeUnixNano: /^\d+$/.test(start) ? start : '0',
      }))
      const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] }
      const payload = Buffer.from(encodeTraces({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }))
      const answer = await bench.app.inject({
        method: 'POST',
        url: '/v1/traces',
        headers: { 'content-type': 'application/x-protobuf' },
        payload,
      })
      const kept = await countOf('otel_traces', service)
      if (answer.statusCode !== 200) return assert.deepEqual([answer.statusCode, kept], [400, 0])
      const rejected = rejectedIn(answer.rawPayload)
      assert.equal(kept + rejected, spans.length)
    },
  ))

test('each line of a log file that has information is in the database', (context) => {
  const formats: LogFormat[] = ['pino', 'plain', 'logfmt']
  const line = fc.oneof(
    fc.string({ minLength: 1, unit: 'binary' }),
    fc.json(),
    fc
      .record(
        {
          time: mostly(
            fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
            text,
          ),
          level: text,
          message: anything,
          trace_id: text,
          span_id: text,
          more: anything,
        },
        { requiredKeys: [] },
      )
      .map((record) => JSON.stringify(record)),
  )
  return holdsFor(context, [fc.constantFrom(...formats), fc.array(line, { maxLength: 10 })], async (format, lines) => {
    const service = `lines-${services++}`
    const said = lines.filter((one) => one.replaceAll('\0', '').trim() !== '')
    const entries = said.flatMap((one) => parseLine(format, one, service) ?? []).map((entry) => ({ ...entry, service }))
    assert.equal(entries.length, said.length)
    bench.intake.take('otel_logs', (batch) => {
      for (const entry of entries) writeLogEntry(entry, batch)
    })
    // Lines of another day are kept for as long as that day is.
    const recent = entries.filter(({ timeMs }) => timeMs > Date.now() - 3_600_000)
    assert.ok((await countOf('otel_logs', service)) >= recent.length)
  })
})
