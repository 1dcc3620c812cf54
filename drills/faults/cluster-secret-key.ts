import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose environment is changed'),
  name: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .max(60)
    .default('FRAUD_CHECK_TOKEN')
    .describe('Variable'),
  key: z
    .string()
    .regex(/^[a-z][a-z-]*-token$/)
    .max(60)
    .default('fraud-check-token')
    .describe('Key that the Secret does not have'),
})

/** A variable of a container comes from a key that its Secret does not have: the kubelet cannot create the container. */
export const clusterSecretKey = defineFault({
  id: 'cluster-secret-key',
  title: 'A key that a Secret does not have',
  effect: 'The container of a service cannot be created, because a part of its configuration is missing',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, name, key }) => [
    containerEdit(service, { env: [{ name, valueFrom: { secretKeyRef: { name: 'databases', key } } }] }, eagerRollout),
  ]),
})
