import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { holdsFor, mutated } from '../../../test/fuzz.ts'
import type { Engine } from '../engine/engine.ts'
import type { Intake } from '../intake.ts'
import { protobufOf } from './json.ts'
import { traceRequest } from './messages.ts'
import { Refusals } from './values.ts'
import { openStoreBench, type StoreBench } from '../store-bench.ts'

let bench: StoreBench
let engine: Engine
let app: FastifyInstance
let intake: Intake
before(async () => {
  bench = await openStoreBench()
  ;({ engine, app, intake } = bench)
})
after(() => bench.close())

const nano = (ms: number) => `${Date.now() + ms}000000`
const request = (service: string) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
      scopeSpans: [
        {
          scope: { name: 'x', version: '1' },
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              parentSpanId: 'b7ad6b7169203332',
              name: 'GET /',
              kind: 2,
              startTimeUnixNano: nano(0),
              endTimeUnixNano: nano(5),
              attributes: [
                { key: 'a', value: { intValue: '1' } },
                { key: 'b', value: { arrayValue: { values: [{ doubleValue: 1.5 }, { boolValue: true }] } } },
              ],
              events: [{ timeUnixNano: nano(1), name: 'e' }],
              links: [{ traceId: '0af7651916cd43dd8448eb211c80319d', spanId: 'b7ad6b7169203333' }],
              status: { code: 2, message: 'm' },
            },
          ],
        },
      ],
    },
  ],
})
const logs = {
  resourceLogs: [
    {
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: nano(0),
              severityNumber: 9,
              severityText: 'INFO',
              body: { stringValue: 'b' },
              traceId: '0af7651916cd43dd8448eb211c80319c',
            },
          ],
        },
      ],
    },
  ],
}
const encoded = (service: string): Buffer => protobufOf(traceRequest, request(service), new Refusals())
const post = (url: string, type: string, payload: Buffer) => app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload })

/** Valid spans are sent between inputs of any kind: none of them may be lost, and no answer may be an internal error. */
async function holds<Input>(
  context: TestContext,
  service: string,
  inputs: fc.Arbitrary<Input>,
  send: (input: Input) => Promise<{ statusCode: number; body: string }>,
): Promise<void> {
  const good = encoded(service)
  let sent = 0
  await holdsFor(context, [inputs], async (input) => {
    const { statusCode, body } = await send(input)
    assert.ok(statusCode === 200 || (statusCode >= 400 && statusCode < 500), `${statusCode}: ${body}`)
    const answer = await post('/v1/traces', 'application/x-protobuf', good)
    assert.equal(answer.statusCode, 200)
    // A full buffer is emptied, as it would be over time.
    if (++sent % 500 === 0) await intake.flush()
  })
  await intake.flush()
  const [found] = await engine.query<{ count: string }>(
    'SELECT toString(count()) AS count FROM otel_traces WHERE ServiceName = {service:String}',
    { service },
  )
  assert.equal(Number(found?.count), sent)
}

test('JSON with random changes costs no other sender a span', (context) =>
  holds(
    context,
    'json-neighbour',
    fc.tuple(
      fc.constantFrom('/v1/traces', '/v1/logs'),
      mutated([JSON.stringify(request('broken'), null, 1), JSON.stringify(logs, null, 1)]),
    ),
    ([url, text]) => post(url, 'application/json', Buffer.from(text)),
  ))

const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.uint8Array({ maxLength: 4 }),
  cut: fc.nat({ max: 4 }),
})
test('protobuf with random changes costs no other sender a span', (context) =>
  holds(
    context,
    'protobuf-neighbour',
    fc.tuple(fc.constantFrom('/v1/traces', '/v1/logs'), fc.array(change, { maxLength: 6 })),
    ([url, changes]) => {
      const body = changes.reduce((now, { at, bytes, cut }) => {
        const from = Math.floor(at * now.length)
        return Buffer.concat([now.subarray(0, from), bytes, now.subarray(from + cut)])
      }, encoded('broken'))
      return post(url, 'application/x-protobuf', body)
    },
  ))
