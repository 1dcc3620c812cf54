import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose pods get the host alias'),
  host: z.enum(['postgres', 'rabbitmq', 'redis']).describe('Name that they no longer look up in DNS'),
  address: z
    .ipv4()
    .startsWith('192.0.2.')
    .default('192.0.2.40')
    .describe('Address that they use for it, from a network reserved for documentation'),
})

/** The hosts file in the pods of a service has an old address of a data store; it takes precedence over DNS. */
export const clusterHostAlias = defineFault({
  id: 'cluster-host-alias',
  title: 'A host alias with an old address',
  effect: 'A service looks for a data store where it no longer is; other services find it',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, host, address }) => [
    {
      kind: 'Deployment',
      name: service,
      patch: { spec: { template: { spec: { hostAliases: [{ ip: address, hostnames: [host] }] } } } },
    },
  ]),
})
