import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Agent, request } from 'undici'
import { openStoreBench } from '../observability/store/store-bench.ts'
import { exactly, told, type Benchmark } from './benchmark.ts'

const good = 100_000
/** One invalid span for this many valid ones. */
const poisonedEvery = 100
const connections = 16
const service = 'bench-good'
const most = String(2n ** 64n - 1n)

interface Sent {
  path: string
  headers?: Record<string, string>
  body: string | Buffer
}
type Span = Record<string, unknown>

const now = () => `${Date.now()}000000`
const span = (changes: Span = {}): Span => ({
  traceId: randomBytes(16).toString('hex'),
  spanId: randomBytes(8).toString('hex'),
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: now(),
  endTimeUnixNano: now(),
  ...changes,
})
const traces = (name: string, spans: Span[]) => ({
  resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] }, scopeSpans: [{ spans }] }],
})
const spansOf = (...spans: Span[]): Sent => ({ path: '/v1/traces', body: JSON.stringify(traces('bench-poison', spans)) })
const logOf = (record: Span): Sent => ({
  path: '/v1/logs',
  body: JSON.stringify({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: now(), body: { stringValue: 'x' }, ...record }] }] }],
  }),
})
const coded = (coding: string, body: string | Buffer): Sent => ({ path: '/v1/traces', headers: { 'content-encoding': coding }, body })

/** After reports of what exporters and libraries have sent: each is to be kept, or reported, and costs nobody else a row. */
const poisons: (() => Sent)[] = [
  () => ({ path: '/v1/traces', body: JSON.stringify(traces('bench-poison', [span({ name: '@' })])).replace('@', '\\ud83d') }),
  () => spansOf(span({ startTimeUnixNano: '0' })),
  () => spansOf(span({ startTimeUnixNano: '-1' })),
  () => spansOf(span({ startTimeUnixNano: most, endTimeUnixNano: most })),
  () => spansOf(span({ startTimeUnixNano: String(Date.now() * 1_000) })),
  () => spansOf(span({ endTimeUnixNano: '1764230000.5' })),
  () => spansOf(span({ traceId: 'abc' }), span()),
  () => spansOf(span({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) })),
  () => spansOf(span({ kind: 99, status: { code: 7 }, events: [{ name: 'without a time' }] })),
  () => spansOf(span({ attributes: [{ key: 'd', value: { doubleValue: 'NaN' } }, { value: {} }, null] })),
  () => ({ path: '/v1/traces', body: JSON.stringify({ resource_spans: [] }) }),
  () => ({ path: '/v1/traces', body: '{"resourceSpans": [{' }),
  () => ({ path: '/v1/traces', body: '[]' }),
  () => ({ path: '/v1/traces', headers: { 'content-type': 'application/x-protobuf' }, body: randomBytes(300) }),
  () => logOf({ severityNumber: 2 ** 31 }),
  () => logOf({ timeUnixNano: most }),
  () => logOf({ body: { kvlistValue: { values: [{ key: '@', value: { bytesValue: '?' } }] } } }),
  () => coded('GZIP', gzipSync(JSON.stringify(traces('bench-poison', [span()])))),
  () => coded('gzip', gzipSync(JSON.stringify(traces('bench-poison', [span()]))).subarray(0, 40)),
  () => coded('gzip', JSON.stringify(traces('bench-poison', [span()]))),
  () => coded('zstd', randomBytes(100)),
  () => coded('gzip', gzipSync(Buffer.alloc(80_000_000, ' '))),
]

/** Invalid requests among valid ones, on many connections at once: which valid ones are lost, and what the senders are told. */
export const poisonBenchmark: Benchmark = {
  name: 'poison',
  title: `a store of its own is sent ${good / poisonedEvery} poisoned requests among ${good} good ones`,
  async run({ say }) {
    const { app, engine, intake, close } = await openStoreBench()
    try {
      await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      const dispatcher = new Agent({ connections })
      const poisonedAnswers = new Map<number, number>()
      let refused = 0
      let left = good
      const send = async ({ path, headers, body }: Sent): Promise<number> => {
        const answer = await request(`http://127.0.0.1:${port}${path}`, {
          method: 'POST',
          dispatcher,
          headers: { 'content-type': 'application/json', ...headers },
          body,
        })
        await answer.body.dump()
        return answer.statusCode
      }
      const client = async () => {
        for (let number = left--; number > 0; number = left--) {
          const body = JSON.stringify(traces(service, [span(), span()]))
          // A sender that is told that there is no room retries.
          for (let status = 0; status !== 200;) {
            status = await send({ path: '/v1/traces', body })
            if (status !== 200) refused++
            if (status !== 200 && status !== 429 && status !== 503) throw new Error(`a good request was answered ${status}`)
            if (status !== 200) await delay(100)
          }
          if (number % poisonedEvery !== 0) continue
          const poison = poisons[(number / poisonedEvery) % poisons.length]
          if (!poison) continue
          const status = await send(poison())
          poisonedAnswers.set(status, (poisonedAnswers.get(status) ?? 0) + 1)
          if (number % 20_000 === 0) say(`  ${good - number} sent`)
        }
      }
      await Promise.all(Array.from({ length: connections }, client))
      await intake.flush()
      const [found] = await engine.query<{ count: string }>(
        'SELECT toString(count()) AS count FROM otel_traces WHERE ServiceName = {service:String}',
        { service },
      )
      await dispatcher.close()
      const poisoned = [...poisonedAnswers.values()].reduce((sum, count) => sum + count, 0)
      const ours = [...poisonedAnswers].reduce((sum, [status, count]) => (status >= 500 ? sum + count : sum), 0)
      return [
        exactly('poisoned requests', poisoned, '', good / poisonedEvery),
        told(
          'answered',
          [...poisonedAnswers]
            .toSorted(([a], [b]) => a - b)
            .map(([status, count]) => `${count} × ${status}`)
            .join(', '),
        ),
        exactly('answered 5xx', ours, '', 0),
        told('good requests that were to come again', refused),
        exactly('good rows lost', good * 2 - Number(found?.count), '', 0),
      ]
    } finally {
      await close()
    }
  },
}
