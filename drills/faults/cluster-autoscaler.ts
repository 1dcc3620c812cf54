import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose pods are limited'),
  millicores: z.number().int().min(10).max(1_000).default(60).describe('CPU that one pod may use, in thousandths of a core'),
  max: z.number().int().min(1).max(10).default(1).describe('Pods that the autoscaler may have'),
})

/** A pod may use little CPU, and the autoscaler is at its maximum. */
export const clusterAutoscaler = defineFault({
  id: 'cluster-autoscaler',
  title: 'An autoscaler at its maximum',
  effect: 'A service is slow under its usual load: its pods are throttled, and none are added',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, millicores, max }) => [
    containerEdit(service, { resources: { requests: { cpu: '10m' }, limits: { cpu: `${millicores}m` } } }),
    {
      kind: 'HorizontalPodAutoscaler',
      name: service,
      patch: {
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service },
          minReplicas: 1,
          maxReplicas: max,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
        },
      },
    },
  ]),
})
