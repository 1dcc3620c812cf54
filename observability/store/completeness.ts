/** What of the spans that were sent is not in the store, for want of room. */
export interface Completeness {
  /** When the first of them was refused, in milliseconds since the epoch; null where none is missing. */
  sinceMs: number | null
  /** Spans that were refused since, and their share of all that were sent since, 0 to 1. */
  missing: number
  share: number
}

/** So long after the last refusal it is still told: who looks at the minutes before wants to know. */
const toldMs = 15 * 60_000

/** Counts what is taken and refused, so that whoever looks for a span that is not there is told that it may be missing. */
export class SpanLedger {
  #sinceMs: number | null = null
  #lastMs = 0
  #taken = 0
  #missing = 0
  /** Of all requests that were read: what is refused unread is estimated by it. */
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
