import { z } from 'zod'
import { serviceName, type ComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

/** The Services that each service calls. */
const needed = {
  gateway: ['catalog', 'inventory', 'orders'],
  orders: ['inventory', 'payments', 'postgres', 'rabbitmq'],
  fulfilment: ['inventory', 'postgres', 'rabbitmq'],
} as const satisfies Partial<Record<ComponentName, readonly ComponentName[]>>

const params = z.object({
  service: serviceName.extract(['gateway', 'orders', 'fulfilment']).describe('Service that gets the Sidecar resource'),
  without: serviceName.extract(['catalog', 'inventory', 'orders', 'payments']).describe('Dependency that is missing from it'),
})

/** A Sidecar resource lists the services that a service calls, so that its proxy knows no others, and one of them is missing. */
export const clusterEgress = defineFault({
  id: 'cluster-egress',
  title: 'A Sidecar resource that leaves out a dependency',
  effect: "A service's proxy does not know another service: its calls arrive in plaintext and are refused",
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(
    ({ service, without }) => [
      {
        kind: 'Sidecar',
        name: service,
        patch: {
          spec: {
            workloadSelector: { labels: { app: service } },
            egress: [
              {
                hosts: [...needed[service].filter((name) => name !== without), 'agent']
                  .map((name) => `./${name}.shop.svc.cluster.local`)
                  .concat('istio-system/*'),
              },
            ],
          },
        },
      },
    ],
    ['cluster', 'mesh'],
  ),
})
