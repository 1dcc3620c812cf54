import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { serviceName } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { clusterOf } from '../cluster-edit.ts'

export const setAutoscaler = defineAction({
  id: 'set-autoscaler',
  title: 'Set the bounds of an autoscaler',
  description:
    'Sets the minimum and maximum number of pods that a HorizontalPodAutoscaler may run. `kubectl -n shop patch horizontalpodautoscaler`',
  kind: 'change',
  needs: ['cluster'],
  params: z
    .object({
      service: serviceName.describe('Service that is scaled'),
      min: z.number().int().min(1).max(6).describe('Fewest pods'),
      max: z.number().int().min(1).max(6).describe('Most pods'),
    })
    .refine(({ min, max }) => min <= max, 'min must not be above max'),
  async run({ range }, { service, min, max }) {
    const cluster = clusterOf(range)
    const found = (await cluster.autoscalers()).find(({ name }) => name === service)
    if (!found) throw new FiredrillError('not-found', `${service} has no autoscaler`)
    await cluster.edit({ kind: 'HorizontalPodAutoscaler', name: service, patch: { spec: { minReplicas: min, maxReplicas: max } } })
    return { summary: `${service} has ${min} to ${max} pods; before, ${found.min} to ${found.max}` }
  },
})
