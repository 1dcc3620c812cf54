import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { edgeParams, headerOf, onEdge } from '../mesh-edge.ts'

const params = z.object(edgeParams)

/** Cuts off a share of the responses on one edge after their headers, like a crashing instance or a middlebox. */
export const httpReset = defineFault({
  id: 'http-reset',
  title: 'Connections between two services break',
  effect: 'Some responses between these two services break off; no proxy can retry those calls',
  category: 'mesh',
  needs: () => ['mesh', 'edge-reset'],
  params,
  ramps: ['percent'],
  ...onEdge(({ percent, header }: z.output<typeof params>) => ({ reset: { percent }, ...headerOf(header) })),
})
