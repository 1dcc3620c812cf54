import { z } from 'zod'
import { injectFault } from '../api.ts'
import { checkResult, sample } from '../check.ts'
import { faultCategories, faultRecord, type OfferedFault } from '../fault.ts'
import { rangeFeatures } from '../range.ts'
import { parameterSchema } from './range.ts'
import { exactly, type RouteTable } from './route.ts'

const features = z.array(z.enum(rangeFeatures))
const offeredFault = exactly<OfferedFault>()(
  z.object({
    id: z.string(),
    title: z.string(),
    effect: z.string(),
    category: z.enum(faultCategories),
    ramps: z.array(z.string()).readonly().describe('Parameters that can ramp.'),
    params: parameterSchema,
    lacks: features.describe('What the range lacks for it, whatever the parameters; empty if it can be injected.'),
    lacksWith: z
      .record(z.string(), z.record(z.string(), features))
      .describe('By parameter and value, what else the range lacks for that value; only for values that cannot be used.'),
  }),
)
/** The state of a range that a drill may change, apart from its customers' data: it must be equal before and after. */
const fingerprint = z.object({ hash: z.string(), parts: z.record(z.string(), z.unknown()) })

/** For instructors, except `/api/health`, which shows them more. */
export const faultRoutes = {
  'GET /api/faults': {
    answer: z.object({
      faults: z.array(offeredFault),
      open: z.array(faultRecord).describe('Those that are injected, or may be.'),
      history: z.array(faultRecord).describe('Of the last day.'),
    }),
  },
  'POST /api/faults/:id': { body: injectFault, status: 201, answer: faultRecord },
  'DELETE /api/faults/:instance': { answer: faultRecord },
  'DELETE /api/faults': { answer: z.object({ reverted: z.number().int() }) },
  'GET /api/fingerprint': { answer: fingerprint },
  /** Samples of the range and results of its checks over the last minutes, once a second. */
  'GET /api/samples': { answer: z.object({ samples: z.array(sample).readonly() }) },
  'GET /api/invariants': { answer: z.object({ violations: z.record(z.string(), z.number()) }) },
  'POST /api/reset': { answer: fingerprint },
  'GET /api/health': {
    answer: z.object({
      healthy: z.boolean(),
      results: z
        .array(checkResult.extend({ id: z.string(), title: z.string(), felt: z.boolean().describe('Whether users notice it.') }))
        .optional()
        .describe('Results of each check, for the instructor alone.'),
      at: z.number().nullable().describe('Of the newest sample, in milliseconds since the epoch.'),
    }),
  },
} as const satisfies RouteTable
