import { retryDelaysMs } from '../kit/queue.ts'

/** What becomes of a message whose handling failed. */
export type AfterFailure = { kind: 'retry-later'; delayMs: number } | { kind: 'set-aside' } | { kind: 'again-at-once' }

/** What each release of the worker does differently. Selected by the configured version. */
export interface Behaviour {
  /** Messages in hand at the same time. */
  prefetch: number
  /** Connections to inventory: calls to it at the same time. */
  connections: number
  /** Whether each parcel has a leaflet that tells what is nearly sold out. */
  leaflet: boolean
  /** `attempt` counts from 1. */
  afterFailure(attempt: number): AfterFailure
}

/** Bounded: each delay once, then the dead-letter queue. */
const bounded: Behaviour = {
  prefetch: 8,
  connections: 32,
  leaflet: false,
  afterFailure(attempt) {
    const delayMs = retryDelaysMs[attempt - 1]
    return delayMs === undefined ? { kind: 'set-aside' } : { kind: 'retry-later', delayMs }
  },
}

/** Back to the head of the queue, for ever: one message that cannot be handled holds up all behind it. */
const untilDone: Behaviour = { ...bounded, prefetch: 1, afterFailure: () => ({ kind: 'again-at-once' }) }

/** Asks inventory to look through all its stock, for each order, and for many orders at once: what has piled up comes over it. */
const allAtOnce: Behaviour = { ...bounded, prefetch: 100, connections: 100, leaflet: true }

export const releases: Record<string, Behaviour> = { '2.2.0': bounded, '2.3.0': bounded, '2.4.0': untilDone, '2.5.0': allAtOnce }
