import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose selector is changed'),
})

/** The selector of a Service asks for a label that no pod has. */
export const clusterSelector = defineFault({
  id: 'cluster-selector',
  title: 'A Service that selects no pods',
  effect: 'The pods are running, and cannot be reached',
  category: 'cluster',
  params,
  // Without a mesh, callers keep using their existing connections.
  ...clusterEdit<z.output<typeof params>>(
    ({ service }) => [{ kind: 'Service', name: service, patch: { spec: { selector: { app: `${service}-v2` } } } }],
    ['cluster', 'mesh'],
  ),
})
