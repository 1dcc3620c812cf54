import { z } from 'zod'
import { shopComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  /** Whom nobody but those who watch may reach. */
  component: shopComponentName,
})

/** A NetworkPolicy lets in only who watches. Needs a network that enforces policies. */
export const clusterNetworkPolicy = defineFault({
  id: 'cluster-network-policy',
  title: 'A NetworkPolicy that forgets who needs to call',
  effect: 'New connections to a component are never answered; those that are open go on or end, as the network has it',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ component }) => [
    {
      kind: 'NetworkPolicy',
      name: component,
      patch: { spec: { ingress: [{ from: [{ podSelector: { matchLabels: { app: 'agent' } } }] }] } },
    },
  ]),
})
