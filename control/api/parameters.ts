import { z } from 'zod'
import type { ParamsSchema } from '../../model/params.ts'

/** What was made of each: lists of all faults and actions are asked for again and again. */
const made = new WeakMap<z.ZodType, ParamsSchema>()

/** Parameters of a fault or of an action, as their forms take them: JSON Schema, made once of each. */
export function parametersOf(params: z.ZodType): ParamsSchema {
  const known = made.get(params)
  if (known) return known
  // Safe: they are objects of plain values, which the tests of the API hold against the schema of the answer.
  const schema = z.toJSONSchema(params, { io: 'input' }) as ParamsSchema
  made.set(params, schema)
  return schema
}
