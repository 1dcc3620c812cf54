import { z } from 'zod'
import type { AnyFault } from '../model/fault.ts'

const edge = z.object({ from: z.string(), to: z.string() })
const policy = () => 'the mesh policy'
const onEdge = (params: unknown) => {
  const { from, to } = edge.parse(params)
  return `what is injected between ${from} and ${to}`
}

/** By the fault's id: what it changes that other faults change too, and restores as a whole. */
const sharedBy: Readonly<Record<string, (params: unknown) => string>> = {
  'canary-release': policy,
  'cluster-subset': policy,
  'loose-retries': policy,
  'mesh-denied': policy,
  'mtls-mismatch': policy,
  'strict-ejection': policy,
  'tight-breaker': policy,
  'tight-timeout': policy,
  'http-abort': onEdge,
  'http-bandwidth': onEdge,
  'http-delay': onEdge,
  'http-reset': onEdge,
  'network-partition': onEdge,
  'worn-connections': onEdge,
  'careless-statement': () => 'products and stock',
  'journal-full': () => 'the volume of the journal',
  'replica-lag': () => 'the replica of the database',
  'feature-flag': (params) => `the flag ${z.object({ flag: z.string() }).parse(params).flag}`,
  'target-lost': () => 'the scrape targets',
}

/**
 * The target of a fault: what it shares with other faults; else its id with those of its parameters that are chosen from a list (a service, an edge),
 * or the id alone if there are none. If two faults had the same target, the second would take the effect of the first for the state to restore.
 */
export function targetOf({ id, params: schema }: Pick<AnyFault, 'id' | 'params'>, params: unknown): string {
  const shared = sharedBy[id]?.(params)
  if (shared !== undefined) return shared
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  const chosen = Object.entries(z.record(z.string(), z.unknown()).parse(params)).filter(([name]) => {
    const property = properties[name]
    return typeof property === 'object' && property.enum !== undefined && property.type === 'string'
  })
  return JSON.stringify([id, chosen.toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
