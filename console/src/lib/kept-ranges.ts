/** A range query: seconds since the epoch, `end` at a whole number of steps after `start`. */
export interface RangeQuery {
  query: string
  start: number
  end: number
  step: number
}

export interface RangeSeries {
  metric: Record<string, string>
  /** Seconds since the epoch → value. */
  points: [number, number][]
}

interface Kept {
  /** When the whole range was last queried, in milliseconds since the epoch. */
  at: number
  start: number
  /** Points up to here do not change any more. */
  settled: number
  series: Map<string, RangeSeries>
}

/** A scrape or the evaluation of a rule may be late by that much, in seconds. */
const settledAfter = 30
/** Now and then everything is queried again: Prometheus may have lost what it had. */
const wholeEveryMs = 5 * 60_000
const mostKept = 200

/** Their points depend on where the range begins or ends, or on what comes after them. */
const hindsight = /@|\boffset\s*-/i

/**
 * Range queries that are repeated as time goes on, as a graph does every few seconds: only points that are new, or may still change, are queried.
 * Evaluating an hour of a histogram again and again would load Prometheus, the network and the browser, most of all during an incident.
 */
export class KeptRanges {
  readonly #kept = new Map<string, Kept>()
  readonly #ask: (query: RangeQuery) => Promise<RangeSeries[]>

  /** @param ask queries Prometheus. */
  constructor(ask: (query: RangeQuery) => Promise<RangeSeries[]>) {
    this.#ask = ask
  }

  /** The series of the whole range. Rejects as `ask` does. */
  async query(asked: RangeQuery): Promise<RangeSeries[]> {
    const { query, start, end, step } = asked
    if (hindsight.test(query)) return this.#ask(asked)
    const key = `${step} ${start % step} ${query}`
    const kept = this.#usable(key, asked)
    const from = kept ? Math.min(kept.settled + step, end) : start
    // Before the answer, which may take its time.
    const settled = lastSettled(asked)
    const fresh = await this.#ask({ query, start: from, end, step })
    const series = joined(kept?.series, fresh, start, from)
    this.#keep(key, {
      at: kept?.at ?? Date.now(),
      start,
      settled,
      series: new Map(series.map((one) => [keyOf(one), one])),
    })
    return series
  }

  #usable(key: string, { start, end }: RangeQuery): Kept | null {
    const kept = this.#kept.get(key)
    if (!kept || Date.now() - kept.at > wholeEveryMs) return null
    return kept.start <= start && start <= kept.settled && end >= kept.settled ? kept : null
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key)
    for (const [other, { at }] of this.#kept) if (Date.now() - at > wholeEveryMs) this.#kept.delete(other)
    this.#kept.set(key, kept)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) return
      this.#kept.delete(oldest)
    }
  }
}

const keyOf = ({ metric }: RangeSeries): string => JSON.stringify(metric)

/** The last point of a range that does not change any more, in seconds. */
function lastSettled({ start, end, step }: RangeQuery): number {
  const settled = Math.min(end, Date.now() / 1_000 - settledAfter)
  return start + Math.floor((settled - start) / step) * step
}

/** What is kept from `start` until before `from`, and what is fresh from there on. Series are in the order of their labels, as Prometheus sorts them. */
function joined(
  kept: ReadonlyMap<string, RangeSeries> | undefined,
  fresh: readonly RangeSeries[],
  start: number,
  from: number,
): RangeSeries[] {
  const all = new Map<string, RangeSeries>()
  for (const [key, { metric, points }] of kept ?? []) {
    const still = points.filter(([at]) => at >= start && at < from)
    if (still.length > 0) all.set(key, { metric, points: still })
  }
  for (const one of fresh) {
    const key = keyOf(one)
    const before = all.get(key)
    all.set(key, before ? { metric: one.metric, points: [...before.points, ...one.points] } : one)
  }
  return [...all].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}
