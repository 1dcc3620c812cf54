import type { DrillEvent, DrillState } from '../../model/drill.ts'

/** A drill that was played to its end. */
export interface PlayedDrill {
  state: DrillState
  events: DrillEvent[]
  completed: boolean
  /** On the drill's own clock. */
  tookMs: number
}
