import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { execFileSync, spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { projectRoot } from '../control/paths.ts'
import { openLocalRange } from '../control/wiring.ts'
import type { Span } from '../model/telemetry.ts'
import { until } from '../model/until.ts'
import { portOffsets } from '../range/context.ts'
import { encodeTraces } from '../observability/store/otlp/messages.ts'
import {
  atLeast,
  atMost,
  cpuSeconds,
  exactly,
  proportionalMegabytes,
  quantile,
  told,
  withoutUsers,
  type BenchContext,
  type Benchmark,
  type Row,
} from './benchmark.ts'
import { besideJaeger } from './jaeger.ts'
import { spansOf } from './span-sample.ts'

const asked = 20_000
/** A little more than required, so that the sender's rate is not what is measured. */
const offered = 21_000
const seconds = 60
const prefilled = 5_000_000
const spansPerRequest = 1_000
const spansPerTrace = 20
const lookups = 100
const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })

/** A separate store, beside the range: its capacity, its losses, and how soon a trace is found. */
export const storeBenchmark: Benchmark = {
  name: 'store',
  title: `${offered} spans a second for ${seconds} s into a store of its own, over ${prefilled} spans and as many log lines`,
  async run(context) {
    const { rows: atDefaultLoad, sample } = await ownStore(context)
    return [...atDefaultLoad, ...(await withoutUsers(context, () => measured(context, sample)))]
  },
}

const watchedSeconds = 60

/** The range's own store with its users, and spans of theirs. */
async function ownStore({ state, say }: BenchContext): Promise<{ rows: Row[]; sample: Span[] }> {
  const { context, state: files } = openLocalRange(state.dir)
  const base = `http://127.0.0.1:${context.port('telemetryStore')}`
  const pid = files.run('telemetry-store')?.pid ?? 0
  say(`the range's own store for ${watchedSeconds} s`)
  const look = async () => ({ at: performance.now(), cpu: cpuSeconds(pid), rows: (await rows(base)).all })
  const before = await look()
  await delay(watchedSeconds * 1_000)
  const after = await look()
  const cpu = after.cpu - before.cpu
  const took = (after.at - before.at) / 1_000
  const sample = await spansOf(base, 100)
  return {
    sample,
    rows: [
      told('rows a second at the default load', (after.rows - before.rows) / took, '/s'),
      atMost('CPU of the store at the default load', cpu / took, 'cores', 0.08),
      atLeast('rows for a CPU-second at the default load', (after.rows - before.rows) / cpu, '/s', 15_000),
    ],
  }
}

async function measured({ state, say }: BenchContext, sample: readonly Span[]): Promise<Row[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'firedrill-store-'))
  // Above the ports of the range, so that the two do not collide.
  const port = state.config().portBase + Math.max(...Object.values(portOffsets)) + 10
  const base = `http://127.0.0.1:${port}`
  say(`filling it with ${prefilled} spans and as many log lines`)
  execFileSync(process.execPath, [path.join(projectRoot, 'bench', 'store-prefill.ts'), folder, String(prefilled)], { stdio: 'ignore' })
  const store = spawn(process.execPath, [path.join(projectRoot, 'observability', 'store', 'main.ts')], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), STORE_DATA_DIR: folder, UV_THREADPOOL_SIZE: '10' },
    stdio: 'ignore',
  })
  try {
    await until('the store', 60_000, async () => (await fetch(`${base}/ready`).catch(() => null))?.ok)
    const cpuBefore = cpuSeconds(store.pid ?? 0)
    const sent = await drive(base, say)
    const counts = () => rows(base)
    await until('what was taken to be written', 60_000, async () => {
      const { accepted, written, lost } = await counts()
      return written + lost >= accepted
    })
    const { accepted, written, lost, shed } = await counts()
    const cpu = cpuSeconds(store.pid ?? 0) - cpuBefore
    const traceIds = Array.from({ length: lookups }, (_, index) =>
      // Half of the latest, half of the hour before.
      index % 2 === 0
        ? pick(sent.traceIds)
        : createHash('md5')
            .update(String(Math.floor((Math.random() * prefilled) / spansPerTrace)))
            .digest('hex'),
    )
    const byId = await timed(traceIds, async (traceId) => {
      const { spans = [] } = await get<{ spans?: unknown[] }>(`${base}/telemetry/traces/${traceId}`)
      if (spans.length !== spansPerTrace) throw new Error(`trace ${traceId} has ${spans.length} of ${spansPerTrace} spans`)
    })
    const searches = Array.from({ length: lookups }, (_, index) =>
      // A frequent word, one that is in one line, errors of one service, and all of these over the whole hour.
      pick([
        'text=checkout',
        `text=${createHash('md5')
          .update(String(index * 40_009))
          .digest('hex')}`,
        'minSeverity=17&service=orders',
        'text=checkout%20503&service=gateway&service=orders',
      ]),
    )
    const bySearch = await timed(searches, async (query) => {
      const { logs } = await get<{ logs: unknown[] }>(`${base}/telemetry/logs?${query}&from=${Date.now() - 3_600_000}&limit=200`)
      if (logs.length === 0) throw new Error(`${query} found nothing`)
    })
    const overviews = await timed(searches.slice(0, 20), async () => {
      const { patterns } = await get<{ patterns: unknown[] }>(`${base}/telemetry/logs/overview?from=${Date.now() - 900_000}`)
      if (patterns.length === 0) throw new Error('the overview has no patterns')
    })
    return [
      told('spans offered', sent.offered),
      told('spans shed and counted', shed),
      atLeast('spans taken a second', accepted / sent.seconds, '/s', asked),
      exactly('spans taken and not written', accepted - written, '', 0),
      exactly('spans that the database refused', lost, '', 0),
      told('spans per second of CPU', accepted / cpu, '/s'),
      told('memory', proportionalMegabytes(store.pid ?? 0), 'MB'),
      told('spans, and log lines, that are searched', `${prefilled + written}, ${prefilled}`),
      atMost('trace by id, p95', quantile(byId, 0.95), 'ms', 50),
      atMost('log search over the hour, p95', quantile(bySearch, 0.95), 'ms', 300),
      atMost('overview of a quarter of an hour of log lines, p95', quantile(overviews, 0.95), 'ms', 1_000),
      ...(await besideJaeger(sample, port + 10, say)),
    ]
  } finally {
    store.kill('SIGTERM')
    await new Promise((resolve) => store.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(Math.random() * values.length)] as Value

async function get<Body>(url: string): Promise<Body> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} was answered ${response.status}`)
  return (await response.json()) as Body
}

/** How long each took, one after another, in milliseconds. */
async function timed<Value>(values: readonly Value[], work: (value: Value) => Promise<void>): Promise<number[]> {
  const times: number[] = []
  for (const value of values) {
    const startedAt = performance.now()
    await work(value)
    times.push(performance.now() - startedAt)
  }
  return times
}

/** Sends spans at a constant rate; refused ones are not sent again. */
async function drive(base: string, say: (line: string) => void): Promise<{ offered: number; seconds: number; traceIds: string[] }> {
  const dispatcher = new Agent({ connections: 8 })
  const traceIds: string[] = []
  const everyMs = (1_000 * spansPerRequest) / offered
  const startedAt = performance.now()
  const inFlight = new Set<Promise<unknown>>()
  let requests = 0
  while (performance.now() - startedAt < seconds * 1_000) {
    const batch = makeBatch()
    const post = request(`${base}/v1/traces`, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/x-protobuf' },
      body: batch.body,
    }).then(async ({ statusCode, body }) => {
      await body.dump()
      if (statusCode === 200) traceIds.push(...batch.traceIds)
    })
    inFlight.add(post)
    void post.finally(() => inFlight.delete(post))
    requests++
    const ahead = startedAt + requests * everyMs - performance.now()
    if (ahead > 0) await delay(ahead)
  }
  await Promise.all(inFlight)
  const took = (performance.now() - startedAt) / 1_000
  await dispatcher.close()
  say(`${requests * spansPerRequest} spans offered in ${took.toFixed(1)} s`)
  return { offered: requests * spansPerRequest, seconds: took, traceIds }
}

export function makeBatch(): { body: Uint8Array; traceIds: string[] } {
  const now = BigInt(Date.now()) * 1_000_000n
  const traceIds: string[] = []
  const spans = Array.from({ length: spansPerRequest / spansPerTrace }, () => {
    const traceId = randomBytes(16)
    traceIds.push(traceId.toString('hex'))
    const root = randomBytes(8)
    return Array.from({ length: spansPerTrace }, (_, index) => ({
      traceId,
      spanId: index === 0 ? root : randomBytes(8),
      ...(index === 0 ? {} : { parentSpanId: root }),
      name: index === 0 ? 'GET /api/products' : 'pg.query:SELECT shop',
      kind: index === 0 ? 2 : 3,
      startTimeUnixNano: String(now + BigInt(index) * 1_000_000n),
      endTimeUnixNano: String(now + BigInt(index + 1) * 1_000_000n),
      attributes: [attribute('http.route', '/api/products'), attribute('db.system', 'postgresql'), attribute('url.path', '/api/products')],
    }))
  }).flat()
  const resource = { attributes: [attribute('service.name', 'bench')] }
  return { body: encodeTraces({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }), traceIds }
}

async function rows(base: string): Promise<Record<'all' | 'accepted' | 'written' | 'shed' | 'lost', number>> {
  const text = await (await fetch(`${base}/metrics`)).text()
  const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0)
  const value = (name: string) => sum(new RegExp(`^store_rows_${name}_total\\{table="otel_traces".*\\} (\\S+)`, 'gm'))
  const all = sum(/^store_rows_accepted_total\{.*\} (\S+)/gm)
  return { all, accepted: value('accepted'), written: value('written'), shed: value('shed'), lost: value('lost') }
}
