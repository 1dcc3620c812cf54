import { z } from 'zod'
import { milestoneName } from './scenario.ts'

/** Practice of one skill. */
const skillProgress = z.object({
  skill: z.string(),
  scores: z.array(z.number()).describe('Scores of the finished drills that train it, oldest first; 0 to 100.'),
  scenarios: z
    .array(z.object({ id: z.string(), title: z.string(), played: z.boolean(), unassisted: z.boolean() }))
    .describe('Scenarios that train it, and whether each was ever resolved without a hint.'),
})
export type SkillProgress = z.infer<typeof skillProgress>

/** Times of one milestone over all finished drills. */
const stepProgress = z.object({
  milestone: milestoneName,
  reached: z.number().int(),
  of: z.number().int(),
  medianOfPar: z.number().nullable().describe('Median of time taken ÷ par; null when it was never reached.'),
})
export type StepProgress = z.infer<typeof stepProgress>

export const progress = z.object({ drills: z.number().int(), skills: z.array(skillProgress), steps: z.array(stepProgress) })
export type Progress = z.infer<typeof progress>
