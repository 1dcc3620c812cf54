/** Buckets of those who have not asked for longer than it takes to fill one are forgotten. */
const mostBuckets = 10_000

/** So many requests may come at once however few a minute may: somebody types several lines before the first is answered. */
const atOnce = 10

/** Tells who asks too often: so many requests a minute, and of them a sixth at once, though always `atOnce`. */
export class Rates {
  readonly #buckets = new Map<string, { left: number; at: number }>()
  readonly #now: () => number

  /** @param now in milliseconds; a clock that is never set back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** 0 when one more may be asked; else in how many milliseconds it may. */
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

  /** The oldest go first: a map keeps the order in which they came. */
  #forget(): void {
    for (const key of this.#buckets.keys()) {
      if (this.#buckets.size < mostBuckets) return
      this.#buckets.delete(key)
    }
  }
}
