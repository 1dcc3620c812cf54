import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose readiness probe is changed'),
})

/** The readiness probe also checks what the service depends on: every pod becomes unready together when that is down, even if the service can do without. */
export const clusterSharedReadiness = defineFault({
  id: 'cluster-shared-readiness',
  title: 'A readiness probe that checks dependencies',
  effect: 'None until a dependency of the service is down: then all of its pods become unready at once',
  category: 'cluster',
  params,
  // Without a mesh, callers keep using their existing connections.
  ...clusterEdit<z.output<typeof params>>(
    ({ service }) => [containerEdit(service, { readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 2 } })],
    ['cluster', 'mesh'],
  ),
})
