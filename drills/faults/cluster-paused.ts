import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose Deployment is paused'),
  track: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .max(30)
    .default('spring')
    .describe('Value of the label `track`, which its pods are to get and its Service selects'),
})

/** The pods of a service are to get a label, by which its Service selects them already. The Deployment is paused, so they never get it. */
export const clusterPaused = defineFault({
  id: 'cluster-paused',
  title: 'A Deployment that is paused',
  effect: 'The template of a Deployment has a label that its Service asks for, and its pods do not have it',
  category: 'cluster',
  params,
  // Without a mesh, callers keep using their existing connections.
  ...clusterEdit<z.output<typeof params>>(
    ({ service, track }) => [
      { kind: 'Deployment', name: service, patch: { spec: { paused: true, template: { metadata: { labels: { track } } } } } },
      { kind: 'Service', name: service, patch: { spec: { selector: { track } } } },
    ],
    ['cluster', 'mesh'],
  ),
})
