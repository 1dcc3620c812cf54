import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { shopComponentName } from '../../model/components.ts'
import { clusterOf } from '../cluster-edit.ts'

export const applyManifest = defineAction({
  id: 'apply-manifest',
  title: 'Apply a manifest',
  description:
    'Brings a Deployment or a Service back to what the repository says; the release and the settings that were deployed stay. `kubectl apply --server-side -f deploy/kubernetes/base`',
  kind: 'change',
  needs: ['cluster'],
  params: z.object({ kind: z.enum(['Deployment', 'Service']), name: shopComponentName }),
  async run({ range }, { kind, name }) {
    await clusterOf(range).sync({ kind, name })
    return { summary: `${kind} ${name} is as its manifest says` }
  },
})
