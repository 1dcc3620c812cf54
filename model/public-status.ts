import { z } from 'zod'
import { statusUpdateKind } from './drill-events.ts'

const journeyState = z.enum(['operational', 'degraded', 'outage', 'unknown'])
export type JourneyState = z.infer<typeof journeyState>

/** The state of one user journey, now and in each of the last sixty minutes, oldest first. */
const journeyHealth = z.object({
  journey: z.string(),
  title: z.string(),
  state: journeyState,
  history: z.array(z.object({ at: z.number(), state: journeyState })),
})
export type JourneyHealth = z.infer<typeof journeyHealth>

/** What the status page shows; times in milliseconds since the epoch. */
export const publicStatus = z.object({
  at: z.number(),
  journeys: z.array(journeyHealth),
  updates: z.array(z.object({ at: z.number(), status: statusUpdateKind, text: z.string() })).describe('Newest first, of the last day.'),
})
export type PublicStatus = z.infer<typeof publicStatus>
