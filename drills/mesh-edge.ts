import { z } from 'zod'
import { serviceName } from '../model/components.ts'
import type { EdgeFault, MeshEdge } from '../model/mesh.ts'
import type { Range } from '../model/range.ts'

/** Which requests on one edge, as parameters of a fault. */
export const edgeParams = {
  from: serviceName,
  to: serviceName,
  /** Share of the requests, 0–100. */
  percent: z.number().min(0).max(100).default(100),
  /** Only requests that carry `name: value`; empty for all. */
  header: z
    .string()
    .regex(/^$|^[a-z0-9-]+: ?.{1,200}$/, 'written as name: value')
    .default(''),
}

export const headerOf = (header: string): Pick<EdgeFault, 'header'> => {
  const [, name, value] = /^([a-z0-9-]+): ?(.*)$/.exec(header) ?? []
  return name === undefined || value === undefined ? {} : { header: { name, value } }
}

interface Undo {
  edge: MeshEdge
  before: EdgeFault | null
}

/** A fault on the requests of one edge; what was there before comes back. */
export const onEdge = <Params extends MeshEdge>(faultOf: (params: Params) => EdgeFault) => ({
  plan: async ({ range }: { range: Range }, { from, to }: Params): Promise<Undo> => ({
    edge: { from, to },
    before: await range.mesh.faultOn({ from, to }),
  }),
  inject: async ({ range }: { range: Range }, params: Params, { edge, before }: Undo) => {
    await range.mesh.setFault(edge, { ...before, ...faultOf(params) })
  },
  revert: async ({ range }: { range: Range }, { edge, before }: Undo) => {
    await range.mesh.setFault(edge, before)
  },
  observe: async ({ range }: { range: Range }, { from, to }: Params) => range.mesh.faultOn({ from, to }),
})
