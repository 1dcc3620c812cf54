import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that is scaled to zero'),
})

/** Somebody scaled a service to zero by hand. The cluster has what it was told to have, and complains of nothing. */
export const clusterScaled = defineFault({
  id: 'cluster-scaled',
  title: 'A Deployment scaled to zero',
  effect: 'A service has no pods, as it was told',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service }) => [{ kind: 'Deployment', name: service, patch: { spec: { replicas: 0 } } }]),
})
