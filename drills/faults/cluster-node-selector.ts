import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose pods get the node selector'),
  label: z
    .string()
    .regex(/^[a-z0-9.-]+\/[a-z0-9-]+$/)
    .max(60)
    .default('corner-shop.example/pool')
    .describe('Label that no node has'),
  value: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .max(40)
    .default('batch')
    .describe('Value of the label'),
})

/** The pods of a service may only run on nodes with a label that no node has. */
export const clusterNodeSelector = defineFault({
  id: 'cluster-node-selector',
  title: 'A node selector that no node matches',
  effect: 'The pod of a service is never scheduled: no node has the label',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, label, value }) => [
    {
      kind: 'Deployment',
      name: service,
      patch: { spec: { ...eagerRollout, template: { spec: { nodeSelector: { [label]: value } } } } },
    },
  ]),
})
