import { z } from 'zod'
import { pathView } from '../learning-path.ts'
import { peopleOf } from '../people.ts'
import { progress } from '../progress.ts'
import { difficulties, scenarioCard, scenarioFields, urgencies } from '../scenario.ts'
import { scenarioClasses, scenarioTraits } from '../scenario-kinds.ts'
import { shiftCard, shiftFields } from '../shift.ts'
import type { RouteTable } from './route.ts'

/** How many scenarios there are, in total and of each kind: a scenario counts in each of its classes. */
const scenarioCounts = z.object({
  scenarios: z.number().int(),
  difficulties: z.record(z.enum(difficulties), z.number().int()),
  classes: z.record(z.enum(scenarioClasses), z.number().int()),
  traits: z.record(z.enum(scenarioTraits), z.number().int()),
  families: z.number().int().describe('Families of three scenarios or more.'),
  varied: z.number().int().describe('Scenarios with three variants or more.'),
})

const ms = z.number()
/** A scenario, parsed and with its values drawn; durations are in milliseconds. */
const drawnScenario = z.object({
  ...scenarioFields(ms, ms),
  story: z.string().describe('Markdown, shown at the start.'),
  debrief: z.string().describe('Markdown, shown only after the drill.'),
  people: peopleOf(ms, ms).optional(),
})
/** The scenario of a drill, or of a shift with its incidents. */
const playedScenario = drawnScenario.extend({
  incidents: z
    .array(
      z.object({
        place: z.number().int(),
        scenario: drawnScenario,
        at: ms,
        slowBurn: z.object({ for: ms, ticket: z.string() }).optional(),
        steps: z.array(z.number().int()).readonly(),
        breaks: z.array(z.string()).readonly(),
        urgency: z.enum(urgencies),
      }),
    )
    .readonly()
    .optional(),
})
const plannedShift = z.object({
  ...shiftFields(ms, ms),
  brief: z.string().describe('Markdown, shown at its start: the note from the shift before.'),
  debrief: z.string().describe('Markdown, shown only afterwards.'),
})

const seed = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31)
  .default(0)

export const scenarioRoutes = {
  'GET /api/scenarios': {
    answer: z.object({
      scenarios: z.array(scenarioCard).describe('Those that can be played here come first; within that, easiest first.'),
      closed: z.boolean().describe('Whether the catalogue is hidden because a blind drill is running.'),
      counts: scenarioCounts,
    }),
  },
  /** A scenario as it would be played with a seed. */
  'GET /api/scenarios/:id/plan': { query: z.object({ seed, variant: z.string().max(100).optional() }), answer: playedScenario },
  'GET /api/shifts': { answer: z.object({ shifts: z.array(shiftCard) }) },
  /** A shift as it would be played with a seed, for those who prove it. */
  'GET /api/shifts/:id/plan': { query: z.object({ seed }), answer: z.object({ shift: plannedShift, played: playedScenario }) },
  /** Learning paths, and which of their steps are resolved. */
  'GET /api/paths': { answer: z.object({ paths: z.array(pathView) }) },
  'GET /api/progress': { answer: progress },
} as const satisfies RouteTable
