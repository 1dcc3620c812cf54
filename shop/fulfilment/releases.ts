import { retryDelaysMs } from '../kit/queue.ts'
import { packingDisplay } from './display.ts'
import { packingStations } from './stations.ts'

/** What becomes of a message whose handling failed. */
type AfterFailure = { kind: 'retry-later'; delayMs: number } | { kind: 'set-aside' } | { kind: 'again-at-once' }

/** What each release of the worker does differently. Selected by the configured version. */
export interface Behaviour {
  /** Messages in hand at the same time. */
  prefetch: number
  /** Connections to inventory: calls to it at the same time. */
  connections: number
  /** Whether each parcel has a leaflet that tells what is nearly sold out. */
  leaflet: boolean
  /** What is done around the shipping of a parcel with so many kinds of items, if anything. */
  packing?<Result>(items: number, ship: () => Promise<Result>): Promise<Result>
  /** Told of each message as it comes, before it is handled. */
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

/** Asks inventory to look through all its stock, for each order, and for many orders at once: what has piled up comes over it. */
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
