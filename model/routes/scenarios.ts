import { z } from 'zod'
import { difficulties, scenarioCard } from '../scenario.ts'
import { scenarioClasses, scenarioTraits } from '../scenario-kinds.ts'
import type { RouteTable } from './route.ts'

/** How many scenarios there are, in all and of each kind: a scenario counts in each of its classes. */
const scenarioCounts = z.object({
  scenarios: z.number().int(),
  difficulties: z.record(z.enum(difficulties), z.number().int()),
  classes: z.record(z.enum(scenarioClasses), z.number().int()),
  traits: z.record(z.enum(scenarioTraits), z.number().int()),
  families: z.number().int().describe('Families of three scenarios or more.'),
  varied: z.number().int().describe('Scenarios with three variants or more.'),
})

export const scenarioRoutes = {
  'GET /api/scenarios': {
    answer: z.object({
      scenarios: z.array(scenarioCard).describe('Those that can be played here first, easiest first.'),
      closed: z.boolean().describe('Whether the catalogue is hidden because a blind drill is running.'),
      counts: scenarioCounts,
    }),
  },
} as const satisfies RouteTable
