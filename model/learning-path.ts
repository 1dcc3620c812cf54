import { z } from 'zod'
import { reading, scenarioId } from './scenario-kinds.ts'

/** A file of `paths/`: scenarios in the recommended order, and what to read before and after. */
export const learningPath = z.strictObject({
  /** The name of its file. */
  id: scenarioId,
  title: z.string().min(1).max(60),
  /** Who it is for, and what they learn; names no cause. */
  why: z.string().min(1).max(400),
  before: z.array(reading).min(1).max(5),
  steps: z.array(z.strictObject({ scenario: scenarioId, why: z.string().min(1).max(200) })).min(3),
  after: z.array(reading).min(1).max(5),
})
export type LearningPath = z.output<typeof learningPath>

/** A path as trainees see it. Nothing is locked: every step can be played at any time. */
export const pathView = z.object({
  ...learningPath.shape,
  steps: z.array(z.object({ scenario: z.string(), title: z.string(), why: z.string(), playable: z.boolean(), resolved: z.boolean() })),
  next: z.string().nullable().describe('The next step, by its scenario’s id; null when every step that can be played here is resolved.'),
  recommended: z.boolean().describe('The path to continue with.'),
})
export type PathView = z.infer<typeof pathView>
