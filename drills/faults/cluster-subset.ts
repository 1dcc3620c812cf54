import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { editPolicy } from '../mesh-policy.ts'
import { policyFault } from '../policy-fault.ts'

const params = z.object({
  to: serviceName.exclude(['gateway', 'fulfilment']).describe('Service whose route is changed'),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/)
    .default('9.0.0')
    .describe('Version that no pod has'),
})

/** The route to a service selects the pods of a version that is not deployed yet. */
export const clusterSubset = defineFault({
  id: 'cluster-subset',
  title: 'A route to a subset without pods',
  effect: 'The proxies of the callers answer every call to a service with 503, and the service itself is healthy and idle',
  category: 'cluster',
  needs: () => ['cluster', 'mesh'],
  params,
  ...policyFault<z.output<typeof params>>((yaml, { to, version }) =>
    editPolicy(
      editPolicy(yaml, 'DestinationRule', to, (document) =>
        document.setIn(['spec', 'subsets'], document.createNode([{ name: 'next', labels: { version } }])),
      ),
      'VirtualService',
      to,
      (document) => document.setIn(['spec', 'http', 0, 'route', 0, 'destination', 'subset'], 'next'),
    ),
  ),
})
