import { z } from 'zod'
import type { ParamsSchema } from '../../model/params.ts'

/** Parameters of a fault or of an action, as their forms take them. */
export const parametersOf = (params: z.ZodType): ParamsSchema =>
  // Safe: they are objects of plain values, which the tests of the API hold against the schema of the answer.
  z.toJSONSchema(params, { io: 'input' }) as ParamsSchema
