import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { clusterOf } from '../cluster-edit.ts'

export const scaleDeployment = defineAction({
  id: 'scale-deployment',
  title: 'Scale a Deployment',
  description:
    'Sets how many pods a service has. If it has an autoscaler, that may change the number again. `kubectl -n shop scale deployment`',
  kind: 'change',
  needs: ['cluster'],
  params: z.object({
    service: serviceName.describe('Service to scale'),
    replicas: z.number().int().min(1).max(4).describe('Pods that it should have'),
  }),
  async run({ range }, { service, replicas }) {
    await clusterOf(range).edit({ kind: 'Deployment', name: service, patch: { spec: { replicas } } })
    return { summary: `${service} is to have ${replicas} pods` }
  },
})
