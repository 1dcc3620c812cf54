import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const listNetworkPolicies = defineAction({
  id: 'list-network-policies',
  title: 'List NetworkPolicies',
  description:
    'Which pods may open connections to which. Most network plugins leave open connections alone. `kubectl -n shop describe networkpolicies`',
  kind: 'inspect',
  needs: ['cluster'],
  params: z.object({}),
  async run({ range }) {
    const policies = await clusterOf(range).networkPolicies()
    return {
      summary: `${policies.length} NetworkPolicies`,
      rows: policies.map(({ name, pods, from }) => ({
        name,
        pods: pods || 'all',
        lets_in: from === null ? 'everybody' : from.join(', ') || 'nobody',
      })),
    }
  },
})
