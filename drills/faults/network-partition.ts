import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { onEdge } from '../mesh-edge.ts'

const params = z.object({ from: serviceName, to: serviceName })

/** Longer than anybody waits. */
const neverMs = 300_000

/** Requests on one edge get no answer at all, as when packets are lost on the way: nobody is told that it failed. */
export const networkPartition = defineFault({
  id: 'network-partition',
  title: 'A partition between two services',
  effect: 'Calls of one service to one other are never answered; others still reach it',
  category: 'mesh',
  params,
  ...onEdge((_params: z.output<typeof params>) => ({ delay: { fixedDelayMs: neverMs, jitterMs: 0, percent: 100 } })),
})
