import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import type { Sample } from '../model/check.ts'
import type { Watched } from '../range/targets/local/watching.ts'
import { allRunning } from './replay/paper-range.ts'
import { settled } from './replay/settled.ts'
import { startSampler, userTotals } from './sampler.ts'

/** The answers of Locust and the catalogue. */
let metrics = ''
let prices: Record<string, number> = {}
const asked: { url: string; traceparent: string | null }[] = []
const base = 'http://shop'
const answer = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
  asked.push({ url: String(url).replace(base, ''), traceparent: new Headers(init?.headers).get('traceparent') })
  if (!String(url).startsWith(base)) throw new TypeError('fetch failed')
  return String(url).endsWith('/metrics') ? new Response(metrics) : Response.json({ prices })
}
before(() => void mock.method(globalThis, 'fetch', answer))
after(() => mock.restoreAll())

/** A range with these answers. */
class Bench implements Disposable {
  /** Products whose price was changed recently, in the first and in the second query to the database. */
  changed: { sku: string; cents: number }[] = []
  changedSince: { sku: string; cents: number }[] | null = null
  oldest: string | null = '3.5'
  waiting: Record<string, number> = { 'orders.fulfilment': 4, 'orders.fulfilment.dead': 2 }
  broken = new Set<'database' | 'queue' | 'status'>()
  components = allRunning()
  statusAsked = 0
  readonly range: { -readonly [Part in keyof Watched]: Watched[Part] } = {
    status: async () => {
      this.statusAsked++
      if (this.broken.has('status')) throw new Error('no answer')
      return this.components
    },
    database: {
      query: async <Row extends Record<string, unknown>>(sql: string, params: unknown[] = []) => {
        if (this.broken.has('database')) throw new Error('no answer')
        const skus = params[0]
        const rows = sql.includes('oldest')
          ? [{ oldest: this.oldest }]
          : Array.isArray(skus)
            ? (this.changedSince ?? this.changed).filter(({ sku }) => skus.includes(sku))
            : this.changed
        // Safe: only code that reads these columns sends this query.
        return rows as unknown as Row[]
      },
    },
    queue: {
      status: async (name) => {
        if (this.broken.has('queue')) throw new Error('no answer')
        return { name, ready: this.waiting[name] ?? 0, consumers: 1 }
      },
    },
  }
  readonly closely: () => boolean
  #sampler: ReturnType<typeof startSampler> | null = null

  constructor(closely: () => boolean = () => true) {
    this.closely = closely
    mock.timers.enable({ apis: ['Date', 'setTimeout'], now: Date.parse('2026-01-01T12:00:00Z') })
  }
  get sampler() {
    return (this.#sampler ??= startSampler(this.range, { locustMetrics: `${base}/metrics`, catalog: base }, this.closely))
  }
  /** The next sample, a second later. */
  async next(): Promise<Sample> {
    const { promise, resolve } = Promise.withResolvers<Sample>()
    this.sampler.onSample(resolve)
    for (let quarter = 0; quarter < 4; quarter++) {
      mock.timers.tick(250)
      await settled()
    }
    return promise
  }
  /** Samples until all components were checked since a moment; returns how many it took. */
  async until(seen: Promise<void>): Promise<number> {
    let done = false
    void seen.then(() => (done = true))
    await settled()
    let count = 0
    for (; !done; count++) await this.next()
    return count
  }
  [Symbol.dispose](): void {
    this.#sampler?.stop()
    mock.timers.reset()
  }
}

const table: [what: string, text: string, totals: { good: number; slow: number; failed: number }][] = [
  ['nothing', '', { good: 0, slow: 0, failed: 0 }],
  [
    'several journeys, of which each outcome is summed',
    'user_requests_total{journey="browse",outcome="good"} 10\nuser_requests_total{journey="checkout",outcome="good"} 5\nuser_requests_total{journey="browse",outcome="slow"} 3\nuser_requests_total{journey="browse",outcome="failed"} 1\n',
    { good: 15, slow: 3, failed: 1 },
  ],
  [
    'comments, other metrics and other outcomes, which do not count',
    '# user_requests_total{outcome="good"} 9\nother_user_requests_total{outcome="good"} 9\nuser_requests_total{outcome="odd"} 9\nuser_requests_total{outcome="good"} 2.0\n',
    { good: 2, slow: 0, failed: 0 },
  ],
]
for (const [what, text, totals] of table)
  test(`the harm to users, for ${what}`, async () => {
    metrics = text
    assert.deepEqual(await userTotals(`${base}/metrics`), totals)
  })

test('the harm to users is unknown if Locust does not answer', async () => {
  assert.equal(await userTotals('http://nowhere/metrics'), null)
})

describe('a sample', () => {
  test('has the answer of each part', async () => {
    metrics = 'user_requests_total{outcome="good"} 7\n'
    using bench = new Bench()
    bench.components = allRunning().slice(0, 2)
    await bench.until(bench.sampler.seen(Date.now()))
    const { at, ...rest } = await bench.next()
    assert.equal(at, Date.now())
    assert.deepEqual(rest, {
      components: bench.components,
      users: { good: 7, slow: 0, failed: 0 },
      oldestUnfulfilledSeconds: 3.5,
      backlog: 4,
      deadLetters: 2,
      stalePrices: 0,
    })
    assert.equal(bench.sampler.samples().at(-1)?.backlog, 4)
    assert.deepEqual(bench.sampler.components(), bench.components)
  })

  test('has null for each part that does not answer, and the rest all the same', async () => {
    using bench = new Bench()
    bench.broken.add('database').add('status')
    const { users, oldestUnfulfilledSeconds, stalePrices, backlog, components } = await bench.next()
    assert.notEqual(users, null)
    assert.deepEqual([oldestUnfulfilledSeconds, stalePrices, backlog, components], [null, null, 4, []])
    bench.broken.add('queue')
    const second = await bench.next()
    assert.deepEqual([second.backlog, second.deadLetters], [null, null])
  })

  test('is taken even if the range throws synchronously', async () => {
    using bench = new Bench()
    const { status } = bench.range
    const atOnce = () => {
      throw new Error('deployments.json is damaged')
    }
    bench.range.status = atOnce
    bench.range.queue.status = atOnce
    const first = await bench.next()
    assert.deepEqual([first.components, first.backlog], [[], null])
    bench.range.status = status
    for (let second = 0; second < 3; second++) await bench.next()
    assert.deepEqual(bench.sampler.components(), bench.components)
  })

  test('has 0 where no order waits', async () => {
    using bench = new Bench()
    bench.oldest = null
    assert.equal((await bench.next()).oldestUnfulfilledSeconds, 0)
  })
})

describe('outdated prices', () => {
  const stale = async (bench: Bench): Promise<number | null> => (await bench.next()).stalePrices

  test('are counted if customers see another price than the database has; prices that nobody sees are not', async () => {
    using bench = new Bench()
    bench.changed = [
      { sku: 'a', cents: 100 },
      { sku: 'b', cents: 200 },
      { sku: 'c', cents: 300 },
    ]
    prices = { a: 100, b: 199 }
    asked.length = 0
    assert.equal(await stale(bench), 1)
    const request = asked.find(({ url }) => url.startsWith('/prices'))
    assert.equal(request?.url, '/prices?skus=a,b,c')
    assert.match(request?.traceparent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/, 'it is not among the traces of customers')
  })

  test('a price that was changed between the two queries is not outdated', async () => {
    using bench = new Bench()
    bench.changed = [{ sku: 'a', cents: 100 }]
    bench.changedSince = [{ sku: 'a', cents: 150 }]
    prices = { a: 150 }
    assert.equal(await stale(bench), 0)
  })

  test('without a change nothing is queried', async () => {
    using bench = new Bench()
    asked.length = 0
    assert.equal(await stale(bench), 0)
    assert.ok(!asked.some(({ url }) => url.startsWith('/prices')))
  })
})

describe('checks of the components', () => {
  test('are waited for until one that began later is in a sample, and then no longer', async () => {
    using bench = new Bench()
    await bench.next()
    const since = Date.now()
    assert.ok((await bench.until(bench.sampler.seen(since))) >= 1)
    assert.equal(await bench.until(bench.sampler.seen(since)), 0)
  })

  test('are made every two seconds while they matter, and every six at rest', async () => {
    const looks = async (closely: boolean, prepare: (bench: Bench) => void = () => {}): Promise<number> => {
      using bench = new Bench(() => closely)
      prepare(bench)
      for (let second = 0; second < 24; second++) await bench.next()
      return bench.statusAsked
    }
    assert.equal(await looks(true), 13)
    assert.equal(await looks(false), 5)
    const unwell = (bench: Bench) => void (bench.components = allRunning().map((one) => ({ ...one, healthy: one.name !== 'redis' })))
    assert.equal(await looks(false, unwell), 13)
  })

  test('that are waited for come sooner', async () => {
    using bench = new Bench(() => false)
    await bench.next()
    assert.ok((await bench.until(bench.sampler.seen(Date.now()))) <= 3)
  })
})

test('three minutes of samples are kept', async () => {
  using bench = new Bench()
  for (let second = 0; second < 185; second++) await bench.next()
  const { samples } = bench.sampler
  assert.equal(samples().length, 180)
  assert.equal(samples().at(-1)?.at, Date.now())
})

test('a waiting caller is released when the sampler stops, and no sample comes after', async () => {
  using bench = new Bench()
  await bench.next()
  const waiting = bench.sampler.seen(Date.now() + 3_600_000)
  bench.sampler.stop()
  await waiting
  const { length } = bench.sampler.samples()
  mock.timers.tick(5_000)
  await settled()
  assert.equal(bench.sampler.samples().length, length)
})

test('a listener that never resolves delays no sample', async () => {
  using bench = new Bench()
  bench.sampler.onSample(() => new Promise(() => {}))
  await bench.next()
  await bench.next()
})
