import { SpanKind } from '@opentelemetry/api'
import { SamplingDecision, type Sampler, type SamplingResult } from '@opentelemetry/sdk-trace-base'
import type { Attributes, Context, Link } from '@opentelemetry/api'

/**
 * Limits the number of new traces per second: complete at normal load, bounded under a flood, so that the cost of monitoring never grows with the
 * trouble. A token bucket of one second; `control/rates.ts` has one for each caller, but the shop imports nothing from outside.
 */
export class TraceLimit {
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

  /** Takes a token; returns whether there was one. */
  take(): boolean {
    const now = this.#now()
    this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#filledAt) / 1_000) * this.#perSecond)
    this.#filledAt = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}

/** For root spans, below a parent-based sampler. Requests are decided earlier, where that costs least; this is for the rest. */
export class RootSampler implements Sampler {
  readonly #limit: TraceLimit

  constructor(limit: TraceLimit) {
    this.#limit = limit
  }

  shouldSample(
    _context: Context,
    _traceId: string,
    _name: string,
    kind: SpanKind,
    _attributes: Attributes,
    _links: Link[],
  ): SamplingResult {
    const sampled = kind === SpanKind.SERVER || this.#limit.take()
    return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD }
  }

  toString(): string {
    return 'RootSampler'
  }
}

/** Headers of an untraced request to the next service, so that no trace begins in the middle. */
export const notTraced = '00-00000000000000000000000000000001-0000000000000001-00'

/**
 * Decides whether a request is traced as it arrives, before anything is computed for its span: as its caller decided (W3C Trace Context, the sampled
 * flag), or else by the limit.
 */
export function tracedAtDoor(traceparent: string | string[] | undefined, limit: TraceLimit): boolean {
  const flags = typeof traceparent === 'string' ? /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-([\da-f]{2})/.exec(traceparent)?.[1] : undefined
  return flags === undefined ? limit.take() : (Number.parseInt(flags, 16) & 1) === 1
}
