import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace-base'

/**
 * Lets so many new traces begin in a second, and no more: whole at any load that people make, bounded under a flood, so that the cost of
 * being watched never grows with the trouble. A token bucket that holds one second. Use it for roots, below a parent-based sampler.
 */
export class RateLimitingSampler implements Sampler {
  readonly #perSecond: number
  readonly #now: () => number
  #tokens: number
  #filledAt: number

  constructor(perSecond: number, now: () => number = () => performance.now()) {
    this.#perSecond = perSecond
    this.#now = now
    this.#tokens = perSecond
    this.#filledAt = now()
  }

  shouldSample(): SamplingResult {
    const now = this.#now()
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#filledAt) / 1_000) * this.#perSecond)
    this.#filledAt = now
    if (this.#tokens < 1) return { decision: SamplingDecision.NOT_RECORD }
    this.#tokens--
    return { decision: SamplingDecision.RECORD_AND_SAMPLED }
  }

  toString(): string {
    return `RateLimitingSampler{${this.#perSecond}/s}`
  }
}
