import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose startup probe is changed'),
  millicores: z.number().int().min(10).max(1_000).default(100).describe('CPU that its container may use, in thousandths of a core'),
  seconds: z.number().int().min(1).max(60).default(3).describe('Time after which the kubelet restarts it, in seconds'),
})

/** A service needs longer to start than its startup probe waits, so the kubelet stops it before it is ready, each time. */
export const clusterStartup = defineFault({
  id: 'cluster-startup',
  title: 'A startup probe that gives up too early',
  effect: 'A service is restarted before it has finished starting, again and again',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, millicores, seconds }) => [
    containerEdit(
      service,
      {
        resources: { requests: { cpu: '10m' }, limits: { cpu: `${millicores}m` } },
        startupProbe: { periodSeconds: 1, failureThreshold: seconds },
      },
      eagerRollout,
    ),
  ]),
})
