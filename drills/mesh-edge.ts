import { z } from 'zod'
import { serviceName } from '../model/components.ts'
import { edgeFault, type EdgeFault, type MeshEdge } from '../model/mesh.ts'
import type { Range } from '../model/range.ts'

/** Parameters that select requests on one edge. */
export const edgeParams = {
  from: serviceName.describe('Service that calls'),
  to: serviceName.describe('Service that is called'),
  percent: z.number().min(0).max(100).default(100).describe('Share of the requests that are affected, in percent'),
  header: z
    .string()
    .regex(/^$|^[a-z0-9-]+: ?.{1,200}$/, 'written as name: value')
    .default('')
    .describe('Only requests with this header, as name: value; empty for all'),
}

export const headerOf = (header: string): Pick<EdgeFault, 'header'> => {
  const [, name, value] = /^([a-z0-9-]+): ?(.*)$/.exec(header) ?? []
  return name === undefined || value === undefined ? {} : { header: { name, value } }
}

export interface EdgeUndo {
  edge: MeshEdge
  before: EdgeFault | null
  /** The part of the edge's fault that this one sets; undo records of earlier versions lack it. */
  own?: (keyof EdgeFault)[]
}

export const keysOf = (fault: EdgeFault): (keyof EdgeFault)[] => edgeFault.keyof().options.filter((key) => fault[key] !== undefined)

/** A fault on the requests of one edge. Its own part is reset to the previous value; other parts are kept. */
export const onEdge = <Params extends MeshEdge>(faultOf: (params: Params) => EdgeFault) => ({
  plan: async ({ range }: { range: Range }, params: Params): Promise<EdgeUndo> => {
    const edge = { from: params.from, to: params.to }
    return { edge, before: await range.mesh.faultOn(edge), own: keysOf(faultOf(params)) }
  },
  inject: async ({ range }: { range: Range }, params: Params, { edge, before }: EdgeUndo) => {
    await range.mesh.setFault(edge, { ...before, ...faultOf(params) })
  },
  revert: async ({ range }: { range: Range }, undo: EdgeUndo) => {
    await range.mesh.setFault(undo.edge, without(await range.mesh.faultOn(undo.edge), undo))
  },
  observe: async ({ range }: { range: Range }, { from, to }: Params) => range.mesh.faultOn({ from, to }),
})

/** The edge's fault once this one's own part is removed; `null` if nothing is left. */
export function without(now: EdgeFault | null, { before, own }: Omit<EdgeUndo, 'edge'>): EdgeFault | null {
  if (!own) return before
  const left: EdgeFault = { ...now }
  for (const key of own) delete left[key]
  for (const key of own) if (before?.[key] !== undefined) Object.assign(left, { [key]: before[key] })
  const { delay, abort, bandwidth, reset } = left
  return (delay ?? abort ?? bandwidth ?? reset) ? left : null
}
