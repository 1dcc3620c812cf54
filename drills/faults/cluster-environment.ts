import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit, eagerRollout } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose environment is changed'),
  name: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .default('DB_POOL_MAX')
    .describe('Variable'),
  value: z.string().max(100).default('ten').describe('Value that the service does not understand'),
})

/** A variable in a container's environment has a value with which the service does not start. */
export const clusterEnvironment = defineFault({
  id: 'cluster-environment',
  title: 'A setting that a service does not understand',
  effect: 'A service exits as soon as it has started, and is restarted less and less often',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, name, value }) => [containerEdit(service, { env: [{ name, value }] }, eagerRollout)]),
})
