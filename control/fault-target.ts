import { z } from 'zod'
import type { AnyFault } from '../model/fault.ts'

/**
 * What a fault acts on: its id with those of its parameters that are chosen from a list (a service, an edge), or the id alone where none is. Of two that act on the
 * same thing, the second takes the effect of the first for the state to go back to.
 */
export function targetOf({ id, params: schema }: Pick<AnyFault, 'id' | 'params'>, params: unknown): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const chosen = Object.entries(z.record(z.string(), z.unknown()).parse(params)).filter(([name]) => {
    const property = properties[name]
    return typeof property === 'object' && property.enum !== undefined && property.type === 'string'
  })
  return JSON.stringify([id, chosen.toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
