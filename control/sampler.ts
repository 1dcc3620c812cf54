import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Sample } from '../model/check.ts'
import type { ComponentStatus } from '../model/components.ts'
import type { Watched } from '../range/targets/local/watching.ts'
import { queues } from '../shop/contract.ts'

const everyMs = 1_000
/** As long as the longest rehearsal, so that it can be recorded. */
const keptSamples = 180
/** Readiness checks open connections to everything and log in: they run less often than the rest, and even less often at rest. */
const statusEveryMs = { closely: 2_000, atRest: 6_000 }

export interface Sampler {
  samples(): readonly Sample[]
  components(): ComponentStatus[]
  /** Listeners are not awaited. */
  onSample(listener: (sample: Sample) => void | Promise<void>): void
  /** Resolves when every component has been checked since a moment (milliseconds since the epoch), and the result is in a sample. */
  seen(since: number): Promise<void>
  stop(): void
}

/** Samples the range once a second over its own connections, not through Prometheus, which a scenario may have broken. */
export function startSampler(
  range: Watched,
  urls: { locustMetrics: string; catalog: string },
  /** Whether something is under way, such as a drill, that needs frequent checks of the components. */
  closely: () => boolean = () => true,
): Sampler {
  const samples: Sample[] = []
  const listeners: ((sample: Sample) => void | Promise<void>)[] = []
  let components: ComponentStatus[] = []
  /** When the check of the components began whose result is in the latest sample. */
  let componentsAt = 0
  let seenAt = 0
  let waiting: { since: number; resolve: () => void }[] = []
  let stopped = false

  const refresh = async () => {
    while (!stopped) {
      const startedAt = Date.now()
      // This catches synchronous errors, too.
      const looked = await attempt(() => range.status())
      if (looked) {
        components = looked
        componentsAt = startedAt
      }
      const due = () =>
        waiting.length > 0 || closely() || components.some(({ healthy }) => !healthy) ? statusEveryMs.closely : statusEveryMs.atRest
      while (!stopped && Date.now() - startedAt < due()) await pause(Math.min(500, due() - (Date.now() - startedAt)))
    }
  }
  const look = async () => {
    while (!stopped) {
      const at = Date.now()
      const [users, oldest, backlog, dead, stalePrices] = await Promise.all([
        userTotals(urls.locustMetrics),
        valueOrNull(async () => {
          const rows = await range.database.query<{ oldest: string | null }>(
            `select extract(epoch from now() - min(confirmed_at)) as oldest from orders.orders where state = 'confirmed'`,
          )
          return Number(rows[0]?.oldest ?? 0)
        }),
        valueOrNull(async () => (await range.queue.status(queues.fulfilment)).ready),
        valueOrNull(async () => (await range.queue.status(queues.dead)).ready),
        valueOrNull(() => stalePricesOf(range, urls.catalog)),
      ])
      // It was stopped, so nobody waits any more.
      if (stopped) return
      const sample: Sample = { at, components, users, oldestUnfulfilledSeconds: oldest, backlog, deadLetters: dead, stalePrices }
      samples.push(sample)
      if (samples.length > keptSamples) samples.shift()
      seenAt = componentsAt
      for (const listener of listeners) void listener(sample)
      for (const { since, resolve } of waiting) if (seenAt >= since) resolve()
      waiting = waiting.filter(({ since }) => seenAt < since)
      await pause(everyMs - (Date.now() - at))
    }
  }
  void refresh()
  void look()
  return {
    samples: () => samples,
    components: () => components,
    onSample: (listener) => void listeners.push(listener),
    seen: (since) => (seenAt >= since ? Promise.resolve() : new Promise((resolve) => void waiting.push({ since, resolve }))),
    stop() {
      stopped = true
      for (const { resolve } of waiting) resolve()
    },
  }
}

/** By the global timer, which tests replace. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(10, ms)))

async function valueOrNull(read: () => Promise<number>): Promise<number | null> {
  return Promise.race([attempt(read), pause(1_500).then(() => null)])
}

/** Null if it throws or rejects. */
async function attempt<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work()
  } catch {
    return null
  }
}

/** Compares the price that an order would be charged with the database: a change may take two seconds to arrive. */
async function stalePricesOf(range: Pick<Watched, 'database'>, catalogUrl: string): Promise<number> {
  const rows = await range.database.query<{ sku: string; cents: number }>(
    `select sku, price_cents as cents from catalog.products
     where updated_at between now() - interval '2 minutes' and now() - interval '2 seconds' order by updated_at desc limit 100`,
  )
  if (rows.length === 0) return 0
  const response = await fetch(`${catalogUrl}/prices?skus=${rows.map(({ sku }) => sku).join(',')}`, {
    // Without a trace among those of the customers.
    headers: { traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00` },
    signal: AbortSignal.timeout(1_500),
  })
  const { prices } = z.object({ prices: z.record(z.string(), z.number()) }).parse(await response.json())
  const differing = rows.filter(({ sku, cents }) => prices[sku] !== undefined && prices[sku] !== cents)
  if (differing.length === 0) return 0
  // A price that was changed between the two queries is not outdated, but newer than the first.
  const again = await range.database.query<{ sku: string; cents: number }>(
    `select sku, price_cents as cents from catalog.products where sku = any ($1)`,
    [differing.map(({ sku }) => sku)],
  )
  return differing.filter(({ sku, cents }) => again.some((row) => row.sku === sku && row.cents === cents)).length
}

/** Locust's own counts of users' requests, summed over the journeys. */
export async function userTotals(url: string): Promise<Sample['users']> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_500) })
    const totals = { good: 0, slow: 0, failed: 0 }
    for (const [, outcome, count] of (await response.text()).matchAll(/^user_requests_total\{.*outcome="(good|slow|failed)"\} (\d+)/gm)) {
      totals[outcome as keyof typeof totals] += Number(count)
    }
    return totals
  } catch {
    return null
  }
}
