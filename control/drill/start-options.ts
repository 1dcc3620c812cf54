import type { DrillState } from '../../model/drill.ts'

/** Options for starting a drill. */
export interface StartOptions {
  mode: DrillState['mode']
  trainee: string
  blind?: boolean
  /** Seed that draws what is played; random if omitted. */
  seed?: number | undefined
  /** Instead of the one that the seed draws. */
  variant?: string | undefined
  gameDay?: string | undefined
  /** Whether somebody has the communications role. */
  communications?: boolean
}
