import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const applyMeshPolicy = defineAction({
  id: 'apply-mesh-policy',
  title: 'Apply a mesh policy',
  description: 'Replaces the Istio resources of every proxy. The mesh page has an editor for it.',
  kind: 'change',
  params: z.object({ yaml: z.string().min(1).max(65_536).describe('All resources of the policy, as YAML documents') }),
  async run({ range, by }, { yaml }) {
    await range.mesh.check(yaml)
    const { revision } = await range.mesh.apply(yaml, by)
    return { summary: `revision ${revision} of the mesh policy is active` }
  },
})
