import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterOf } from '../cluster-edit.ts'

/** The namespace may have no more pods than it has now; then those of a service are deleted, as if their node had failed. */
export const clusterQuota = defineFault({
  id: 'cluster-quota',
  title: 'A quota that leaves no room',
  effect: 'Pods that end are not replaced',
  category: 'cluster',
  params: z.object({
    service: serviceName.describe('Service whose pods are ended'),
  }),
  needs: () => ['cluster'],
  plan: async ({ range }) => ({ before: await clusterOf(range).quota() }),
  async inject({ range }, { service }) {
    const cluster = clusterOf(range)
    const pods = (await cluster.pods()).filter(({ phase }) => phase === 'Running')
    await cluster.setQuota(pods.length - pods.filter(({ app }) => app === service).length)
    await cluster.deletePods(service)
  },
  async revert({ range }, { before }) {
    await clusterOf(range).setQuota(before)
  },
  observe: ({ range }) => clusterOf(range).quota(),
})
