import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { shopComponentName } from '../../model/components.ts'
import { clusterOf } from '../cluster-edit.ts'

export const describeWorkload = defineAction({
  id: 'describe-workload',
  title: 'Describe a workload',
  description:
    "What a component's Deployment or StatefulSet asks of the cluster: replicas, rollout, images, environment, probes, requests and limits. `kubectl -n shop describe deployment`",
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({ component: shopComponentName.describe('Component to describe') }),
  async run({ range }, { component }) {
    const rows = await clusterOf(range).describe(component)
    return { summary: `${component}, as it is in the cluster`, rows }
  },
})
