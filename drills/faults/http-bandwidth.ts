import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { edgeParams, headerOf, onEdge } from '../mesh-edge.ts'

const params = z.object({
  ...edgeParams,
  kibPerSecond: z.number().int().min(1).max(1_000_000).describe('Bandwidth of each answer, in KiB per second'),
})

/** Throttles responses on one edge, like a saturated link: small ones hardly notice, large ones take long. */
export const httpBandwidth = defineFault({
  id: 'http-bandwidth',
  title: 'A narrow link between two services',
  effect: 'Large responses between these two services are slow; small ones are unaffected',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ramps: ['kibPerSecond', 'percent'],
  ...onEdge(({ kibPerSecond, percent, header }: z.output<typeof params>) => ({
    bandwidth: { kibPerSecond, percent },
    ...headerOf(header),
  })),
})
