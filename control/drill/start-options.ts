import type { DrillState } from '../../model/drill.ts'

/** How a drill is begun. */
export interface StartOptions {
  mode: DrillState['mode']
  trainee: string
  blind?: boolean
  /** By which what is played is drawn; at random without. */
  seed?: number | undefined
  /** Instead of the one that the seed draws. */
  variant?: string | undefined
  gameDay?: string | undefined
  /** Somebody has the role of communications. */
  communications?: boolean
}
