import { z } from 'zod'
import { serviceName, serviceNames } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose pods get another account'),
  account: z
    .enum(['default', ...serviceNames])
    .default('default')
    .describe('ServiceAccount under which they run'),
})

/** In the mesh, a pod's identity is its ServiceAccount. Under another one, the policies of the services that it calls do not let it in. */
export const clusterAccount = defineFault({
  id: 'cluster-account',
  title: 'A workload under the wrong ServiceAccount',
  effect: 'Every call that a service makes is refused by the proxy of the callee, whose policy is unchanged',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(
    ({ service, account }) => [
      { kind: 'Deployment', name: service, patch: { spec: { template: { spec: { serviceAccountName: account } } } } },
    ],
    ['cluster', 'mesh'],
  ),
})
