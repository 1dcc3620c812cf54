import { z } from 'zod'
import { reading, scenarioId } from './scenario-kinds.ts'

/** A file of `paths/`: scenarios in the order in which they teach best, and what to read before and after. */
export const learningPath = z.strictObject({
  /** The name of its file. */
  id: scenarioId,
  title: z.string().min(1).max(60),
  /** For whom it is, and what they learn; names no cause. */
  why: z.string().min(1).max(400),
  before: z.array(reading).min(1).max(5),
  steps: z.array(z.strictObject({ scenario: scenarioId, why: z.string().min(1).max(200) })).min(3),
  after: z.array(reading).min(1).max(5),
})
export type LearningPath = z.output<typeof learningPath>

/** A path as it is told to those who play. Nothing is locked: a step that was not played can be played at any time. */
export const pathView = z.object({
  ...learningPath.shape,
  steps: z.array(z.object({ scenario: z.string(), title: z.string(), why: z.string(), playable: z.boolean(), resolved: z.boolean() })),
  next: z.string().nullable().describe('The next step by its scenario’s id; null when every step that can be played here is resolved.'),
  recommended: z.boolean().describe('The one to go on with, of all paths.'),
})
export type PathView = z.infer<typeof pathView>
