import { retryDelaysMs } from '../kit/queue.ts'
import { packingDisplay } from './display.ts'
import { packingStations } from './stations.ts'

/** What happens to a message whose handling failed. */
type AfterFailure = { kind: 'retry-later'; delayMs: number } | { kind: 'set-aside' } | { kind: 'again-at-once' }

/** What each release of the worker does differently. Selected by the configured version. */
export interface Behaviour {
  /** Maximum number of unacknowledged messages. */
  prefetch: number
  /** Connections to inventory: calls to it at the same time. */
  connections: number
  /** Whether each parcel has a leaflet with products that are nearly sold out. */
  leaflet: boolean
  /** Wraps the shipping of a parcel with this many kinds of items, if set. */
  packing?<Result>(items: number, ship: () => Promise<Result>): Promise<Result>
  /** Called for each message as it arrives, before it is handled. */
  announce?(message: Buffer): void
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

/** Back to the head of the queue, forever: one message that cannot be handled holds up all behind it. */
const untilDone: Behaviour = { ...bounded, prefetch: 1, afterFailure: () => ({ kind: 'again-at-once' }) }

/** Makes inventory read all its stock, for each order, and for many orders at once: a backlog overloads it. */
const allAtOnce: Behaviour = { ...bounded, prefetch: 100, connections: 100, leaflet: true }

/** Weighs each parcel and prints its label. Small parcels go to the scale first, larger ones to the printer first. */
const weighing: Behaviour = { ...bounded, packing: packingStations() }

/** Shows on the packing stations' display what comes next. */
const showing: Behaviour = { ...bounded, announce: packingDisplay() }

export const releases: Record<string, Behaviour> = {
  '2.2.0': bounded,
  '2.3.0': bounded,
  '2.3.1': bounded,
  '2.4.0': untilDone,
  '2.5.0': allAtOnce,
  '2.6.0': weighing,
  '2.7.0': showing,
}
