import type { MilestoneName } from './scenario.ts'

/** What has been practised of one skill. */
export interface SkillProgress {
  skill: string
  /** Of each finished drill that trains it, oldest first; 0 to 100. */
  scores: number[]
  /** Those that train it, and whether each was ever resolved without a hint. */
  scenarios: { id: string; title: string; played: boolean; unassisted: boolean }[]
}

/** How one step goes, over all finished drills. */
export interface StepProgress {
  milestone: MilestoneName
  reached: number
  of: number
  /** Median of time taken ÷ par; null when it was never reached. */
  medianOfPar: number | null
}

export interface Progress {
  drills: number
  skills: SkillProgress[]
  steps: StepProgress[]
}
