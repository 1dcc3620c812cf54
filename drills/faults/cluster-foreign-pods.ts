import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose selector is changed'),
  pods: serviceName.describe('Service whose pods it selects instead of its own'),
})

/** The selector of a Service has the label of another service: its callers get answers from pods that do something else. */
export const clusterForeignPods = defineFault({
  id: 'cluster-foreign-pods',
  title: "A Service that selects another service's pods",
  effect: 'Calls to a service are answered by another one, which does not know what they are about',
  category: 'cluster',
  params,
  // Without a mesh, callers keep using their existing connections.
  ...clusterEdit<z.output<typeof params>>(
    ({ service, pods }) => [{ kind: 'Service', name: service, patch: { spec: { selector: { app: pods } } } }],
    ['cluster', 'mesh'],
  ),
})
