import { z } from 'zod'
import { serviceName } from '../model/components.ts'
import { edgeFault, type EdgeFault, type MeshEdge } from '../model/mesh.ts'
import type { Range } from '../model/range.ts'

/** Which requests on one edge, as parameters of a fault. */
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
  /** What this fault sets of the edge's; what an earlier version wrote down does not have it. */
  own?: (keyof EdgeFault)[]
}

export const keysOf = (fault: EdgeFault): (keyof EdgeFault)[] => edgeFault.keyof().options.filter((key) => fault[key] !== undefined)

/** A fault on the requests of one edge. What it set is taken back to what was there before; what else is on the edge by then stays. */
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

/** What is on an edge once a fault's own part is taken back; `null` where nothing is left that goes wrong. */
export function without(now: EdgeFault | null, { before, own }: Omit<EdgeUndo, 'edge'>): EdgeFault | null {
  if (!own) return before
  const left: EdgeFault = { ...now }
  for (const key of own) delete left[key]
  for (const key of own) if (before?.[key] !== undefined) Object.assign(left, { [key]: before[key] })
  const { delay, abort, bandwidth, reset } = left
  return (delay ?? abort ?? bandwidth ?? reset) ? left : null
}
