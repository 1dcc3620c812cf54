import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that is scaled to zero'),
})

/** Somebody scaled a service to zero by hand. For the cluster, that is the desired state, so it reports no problem. */
export const clusterScaled = defineFault({
  id: 'cluster-scaled',
  title: 'A Deployment scaled to zero',
  effect: 'A service has no pods, as it was told',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service }) => [{ kind: 'Deployment', name: service, patch: { spec: { replicas: 0 } } }]),
})
