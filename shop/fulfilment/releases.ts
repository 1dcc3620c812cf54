import { retryDelaysMs } from '../kit/queue.ts'

/** What becomes of a message whose handling failed. */
export type AfterFailure = { kind: 'retry-later'; delayMs: number } | { kind: 'set-aside' } | { kind: 'again-at-once' }

/** What each release of the worker does differently. Selected by the configured version. */
export interface Behaviour {
  /** Messages in hand at the same time. */
  prefetch: number
  /** `attempt` counts from 1. */
  afterFailure(attempt: number): AfterFailure
}

/** Bounded: each delay once, then the dead-letter queue. */
const bounded: Behaviour = {
  prefetch: 8,
  afterFailure(attempt) {
    const delayMs = retryDelaysMs[attempt - 1]
    return delayMs === undefined ? { kind: 'set-aside' } : { kind: 'retry-later', delayMs }
  },
}

/** Back to the head of the queue, for ever: one message that cannot be handled holds up all behind it. */
const untilDone: Behaviour = { prefetch: 1, afterFailure: () => ({ kind: 'again-at-once' }) }

export const releases: Record<string, Behaviour> = { '2.2.0': bounded, '2.3.0': bounded, '2.4.0': untilDone }
