import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { edgeParams, headerOf, onEdge } from '../mesh-edge.ts'

const params = z.object({
  ...edgeParams,
  httpStatus: z.number().int().min(400).max(599).default(503).describe('HTTP status that is answered instead'),
})

/** Answers a share of the HTTP requests on one edge of the mesh with an error, like one broken instance among several. */
export const httpAbort = defineFault({
  id: 'http-abort',
  title: 'HTTP errors between two services',
  effect: 'Some calls between these two services fail; a retry may succeed',
  category: 'mesh',
  needs: () => ['mesh'],
  params,
  ramps: ['percent'],
  ...onEdge(({ httpStatus, percent, header }: z.output<typeof params>) => ({ abort: { httpStatus, percent }, ...headerOf(header) })),
})
