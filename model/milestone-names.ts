import { z } from 'zod'

/** Steps of progress, in the order in which a responder usually takes them. */
export const milestoneNames = ['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered'] as const
export const milestoneName = z.enum(milestoneNames)
export type MilestoneName = z.infer<typeof milestoneName>
