import { z } from 'zod'
import type { ParamsSchema } from '../../model/params.ts'

/** Parameters of a fault or an action, for forms. */
export const parametersOf = (params: z.ZodType): ParamsSchema =>
  // Safe: they are objects of plain values; the API's tests compare them with the schema of the answer.
  z.toJSONSchema(params, { io: 'input' }) as ParamsSchema
