import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose pods get no sidecar'),
})

/** The pods of a service are excluded from the mesh: without a proxy they have no certificate, and callees that require mutual TLS refuse them. */
export const clusterNoSidecar = defineFault({
  id: 'cluster-no-sidecar',
  title: 'A pod without its sidecar',
  effect: 'Every call that a service makes is refused by the proxy of the callee',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(
    ({ service }) => [
      {
        kind: 'Deployment',
        name: service,
        patch: { spec: { template: { metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } } } },
      },
    ],
    ['cluster', 'mesh'],
  ),
})
