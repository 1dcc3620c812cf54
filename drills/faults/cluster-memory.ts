import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that is limited'),
  mebibytes: z.number().int().min(16).max(1_024).default(48).describe('Memory that its container may use, in MiB'),
})

/** A container may have less memory than its service needs. */
export const clusterMemory = defineFault({
  id: 'cluster-memory',
  title: 'A memory limit that is too low',
  effect: 'The kernel kills a service as soon as it has work to do',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, mebibytes }) => [
    containerEdit(
      service,
      { resources: { requests: { memory: `${Math.min(mebibytes, 64)}Mi` }, limits: { memory: `${mebibytes}Mi` } } },
      eagerRollout,
    ),
  ]),
})
