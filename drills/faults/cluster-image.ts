import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that gets the image'),
  image: z
    .string()
    .regex(/^[a-z0-9][a-z0-9./-]*:[A-Za-z0-9_.-]+$/)
    .max(200)
    .default('firedrill/shop:0.1.0-rc7')
    .describe('Image, under a name that no registry has'),
})

/** The Deployment names an image that was never pushed, and its rollout has stopped the old pod by then. */
export const clusterImage = defineFault({
  id: 'cluster-image',
  title: 'An image that does not exist',
  effect: 'A service has no container: its image cannot be pulled',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, image }) => [containerEdit(service, { image }, eagerRollout)]),
})
