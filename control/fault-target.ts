import { z } from 'zod'
import type { AnyFault } from '../model/fault.ts'

/**
 * What a fault acts on: its id with those of its parameters that are chosen from a list (a service, an edge, a queue), or with all of them where none is. Of two that act on the
 * same thing, the second takes the effect of the first for the state to go back to.
 */
export function targetOf({ id, params: schema }: Pick<AnyFault, 'id' | 'params'>, params: unknown): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const given = Object.entries(z.record(z.string(), z.unknown()).parse(params)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const chosen = given.filter(([name]) => {
    const property = properties[name]
    return typeof property === 'object' && property.enum !== undefined
  })
  return JSON.stringify([id, chosen.length > 0 ? chosen : given])
}
