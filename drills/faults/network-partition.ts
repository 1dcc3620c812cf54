import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import type { EdgeFault } from '../../model/mesh.ts'
import { keysOf, onEdge, type EdgeUndo } from '../mesh-edge.ts'

const params = z.object({
  from: serviceName.describe('Service that calls'),
  to: serviceName.describe('Service that is called'),
  /** `current`: only connections of the caller's current proxy process, like one bad network path of several. */
  instance: z.enum(['any', 'current']).default('any').describe("Which connections: any, or only those of the caller's current proxy"),
})

/** Longer than any caller waits. */
const neverMs = 300_000
const edgeOf = onEdge((_params: z.output<typeof params>) => ({}))

interface Undo extends EdgeUndo {
  fault: EdgeFault
}

/** Requests on one edge get no answer at all, like lost packets: no error is reported. */
export const networkPartition = defineFault<typeof params, Undo>({
  id: 'network-partition',
  title: 'A partition between two services',
  effect: 'Calls from one service to another are never answered; other callers still reach it',
  category: 'mesh',
  needs: ({ instance }) => (instance === 'current' ? ['mesh', 'mesh-instances'] : ['mesh']),
  params,
  async plan(context, given) {
    const instance = given.instance === 'current' ? { instance: await context.range.mesh.instance(given.from) } : {}
    const fault = { delay: { fixedDelayMs: neverMs, jitterMs: 0, percent: 100 }, ...instance }
    return { ...(await edgeOf.plan(context, given)), own: keysOf(fault), fault }
  },
  inject: ({ range }, _params, { edge, before, fault }) => range.mesh.setFault(edge, { ...before, ...fault }),
  revert: edgeOf.revert,
  observe: edgeOf.observe,
})
