/** Spans that were sent but are not in the store, because it had no room. */
export interface Completeness {
  /** When the first of them was refused, in milliseconds since the epoch; null if none is missing. */
  sinceMs: number | null
  /** Spans refused since, and their share of all spans sent since, 0 to 1. */
  missing: number
  share: number
}

/** How long after the last refusal it is still reported, for readers of the minutes before. */
const toldMs = 15 * 60_000

/** Counts accepted and refused spans, so that a reader who does not find a span is told that it may be missing. */
export class SpanLedger {
  #sinceMs: number | null = null
  #lastMs = 0
  #taken = 0
  #missing = 0
  /** Over all requests that were parsed, to estimate the spans in those refused unread. */
  #bytesPerSpan = 500

  taken(spans: number, bytes: number): void {
    this.#taken += spans
    if (spans > 0 && bytes > 0) this.#bytesPerSpan += (bytes / spans - this.#bytesPerSpan) / 100
  }

  refused(spans: number, nowMs = Date.now()): void {
    if (this.#sinceMs === null || nowMs - this.#lastMs > toldMs) {
      this.#sinceMs = nowMs
      this.#taken = 0
      this.#missing = 0
    }
    this.#lastMs = nowMs
    this.#missing += spans
  }

  refusedUnread(bytes: number, nowMs = Date.now()): void {
    this.refused(Math.max(1, Math.round(bytes / this.#bytesPerSpan)), nowMs)
  }

  completeness(nowMs = Date.now()): Completeness {
    if (this.#sinceMs === null || nowMs - this.#lastMs > toldMs) return { sinceMs: null, missing: 0, share: 0 }
    return { sinceMs: this.#sinceMs, missing: this.#missing, share: this.#missing / (this.#missing + this.#taken) }
  }
}
