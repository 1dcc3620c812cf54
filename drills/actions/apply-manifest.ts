import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { shopComponentName } from '../../model/components.ts'
import { clusterOf } from '../cluster-edit.ts'

export const applyManifest = defineAction({
  id: 'apply-manifest',
  title: 'Apply a manifest',
  description:
    'Brings an object of the cluster back to what the repository says, or takes it away when that has none; the release and the settings that were deployed stay. `kubectl apply --server-side -f deploy/kubernetes/base`',
  kind: 'change',
  needs: ['cluster'],
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({
    kind: z.enum(['Deployment', 'Service', 'NetworkPolicy', 'PodDisruptionBudget', 'Sidecar']).describe('Kind of the object'),
    name: shopComponentName.describe('Name of the object')
  }),
  async run({ range }, { kind, name }) {
    await clusterOf(range).sync({ kind, name })
    return { summary: `${kind} ${name} is as its manifest says` }
  },
})
