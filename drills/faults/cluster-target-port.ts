import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose target port is changed'),
  port: z.number().int().min(1).max(65_535).default(8081).describe('Port to which it leads'),
})

/** A Service leads to a port on which nothing listens. */
export const clusterTargetPort = defineFault({
  id: 'cluster-target-port',
  title: 'A Service that forwards to another port',
  effect: 'The pods are running and ready, and every connection is refused',
  category: 'cluster',
  params,
  // Without a mesh, callers keep using their existing connections.
  ...clusterEdit<z.output<typeof params>>(
    ({ service, port }) => [{ kind: 'Service', name: service, patch: { spec: { ports: [{ port: 8080, targetPort: port }] } } }],
    ['cluster', 'mesh'],
  ),
})
