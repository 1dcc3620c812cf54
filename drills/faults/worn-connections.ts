import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import type { EdgeFault } from '../../model/mesh.ts'
import { keysOf, onEdge, type EdgeUndo } from '../mesh-edge.ts'

const params = z.object({
  from: serviceName.describe('Service that calls'),
  to: serviceName.describe('Service that is called'),
  kind: z.enum(['break-off', 'trickle']).describe('Whether answers break off after their headers, or trickle in'),
  percent: z.number().min(0).max(100).default(100).describe('Share of the answers that are affected, in percent'),
  kibPerSecond: z.number().int().min(1).max(1_000_000).default(8).describe('Bandwidth of an answer that trickles in, in KiB per second'),
})

const edgeOf = onEdge((_params: z.output<typeof params>) => ({}))

interface Undo extends EdgeUndo {
  fault: EdgeFault
}

/** Responses suffer on the connections that a proxy has open now, like one bad network path of several: a restarted proxy uses another. */
export const wornConnections = defineFault<typeof params, Undo>({
  id: 'worn-connections',
  title: 'Connections that have gone bad',
  effect: 'Answers from one service to another break off or trickle in; no retry helps, and new connections are fine',
  category: 'mesh',
  needs: ({ kind }) => ['mesh', 'mesh-instances', ...(kind === 'break-off' ? (['edge-reset'] as const) : [])],
  params,
  async plan(context, given) {
    const { kind, percent, kibPerSecond } = given
    const fault: EdgeFault = {
      ...(kind === 'break-off' ? { reset: { percent } } : { bandwidth: { kibPerSecond, percent } }),
      instance: await context.range.mesh.instance(given.from),
    }
    return { ...(await edgeOf.plan(context, given)), own: keysOf(fault), fault }
  },
  inject: ({ range }, _params, { edge, before, fault }) => range.mesh.setFault(edge, { ...before, ...fault }),
  revert: edgeOf.revert,
  observe: edgeOf.observe,
})
