import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose request is changed'),
  cores: z.number().int().min(100).max(10_000).default(500).describe('CPU that the scheduler has to find on one node, in cores'),
})

/** A pod requests more CPU than any node has: its author meant thousandths of a core. */
export const clusterRequest = defineFault({
  id: 'cluster-request',
  title: 'A request that no node can satisfy',
  effect: 'The pod of a service is never scheduled',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, cores }) => [
    containerEdit(service, { resources: { requests: { cpu: String(cores) } } }, eagerRollout),
  ]),
})
