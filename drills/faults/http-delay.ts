import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { edgeParams, headerOf, onEdge } from '../mesh-edge.ts'

const params = z.object({
  ...edgeParams,
  delayMs: z.number().int().min(1).max(60_000).describe('Added to each delayed request, in milliseconds'),
  jitterMs: z.number().int().min(0).max(30_000).default(0).describe('Varies the delay by up to this to either side, in milliseconds'),
})

/** Adds a delay to a share of the HTTP requests on one edge of the mesh, like an overloaded dependency or a long distance. */
export const httpDelay = defineFault({
  id: 'http-delay',
  title: 'HTTP delay between two services',
  effect: 'Calls between these two services are slower; other traffic is unaffected',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ramps: ['delayMs', 'percent'],
  ...onEdge(({ delayMs, jitterMs, percent, header }: z.output<typeof params>) => ({
    delay: { fixedDelayMs: delayMs, jitterMs: Math.min(jitterMs, delayMs), percent },
    ...headerOf(header),
  })),
})
