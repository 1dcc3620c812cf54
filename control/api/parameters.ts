import { z } from 'zod'
import type { ParamsSchema } from '../../model/params.ts'

/** The schemas made so far: the lists of faults and actions are requested often. */
const made = new WeakMap<z.ZodType, ParamsSchema>()

/** Parameters of a fault or an action, for forms: JSON Schema, made once for each. */
export function parametersOf(params: z.ZodType): ParamsSchema {
  const known = made.get(params)
  if (known) return known
  // Safe: they are objects of plain values, the API's tests compare them with the schema of the answer.
  const schema = z.toJSONSchema(params, { io: 'input' }) as ParamsSchema
  made.set(params, schema)
  return schema
}
