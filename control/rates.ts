/** Buckets that have had time to fill are dropped. */
const mostBuckets = 10_000

/** Minimum burst, however low the rate: somebody may type several lines before the first is answered. */
const atOnce = 10

/** Limits the rate of requests per key: this many a minute, with a burst of a sixth of them, at least `atOnce`. */
export class Rates {
  readonly #buckets = new Map<string, { left: number; at: number }>()
  readonly #now: () => number

  /** @param now in milliseconds, from a clock that is never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** 0 if a request is allowed; otherwise the number of milliseconds until it is. */
  take(key: string, perMinute: number): number {
    const now = this.#now()
    const most = Math.max(atOnce, perMinute / 6)
    const perMs = perMinute / 60_000
    const bucket = this.#buckets.get(key) ?? { left: most, at: now }
    bucket.left = Math.min(most, bucket.left + (now - bucket.at) * perMs)
    bucket.at = now
    if (!this.#buckets.has(key)) this.#forget()
    this.#buckets.set(key, bucket)
    if (bucket.left < 1) return Math.ceil((1 - bucket.left) / perMs)
    bucket.left--
    return 0
  }

  /** The oldest are dropped first: a map keeps the order of insertion. */
  #forget(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size < mostBuckets) return
      this.#buckets.delete(key)
    }
  }
}
