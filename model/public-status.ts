import type { StatusUpdateKind } from './drill.ts'

export type JourneyState = 'operational' | 'degraded' | 'outage' | 'unknown'

/** How one journey of the shop's users does, and did in each of the last sixty minutes, oldest first. */
export interface JourneyHealth {
  journey: string
  title: string
  state: JourneyState
  history: { at: number; state: JourneyState }[]
}

/** What the status page shows; times in milliseconds since the epoch. */
export interface PublicStatus {
  at: number
  journeys: JourneyHealth[]
  /** Newest first, of the last day. */
  updates: { at: number; status: StatusUpdateKind; text: string }[]
}
