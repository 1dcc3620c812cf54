import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that is rolled out'),
  name: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .default('DB_ACQUIRE_TIMEOUT_MS')
    .describe('Variable of its new pod'),
  value: z.string().max(100).default('1').describe('Value with which the new pod fails calls'),
})

/** A new pod gets its share of calls and fails them, and the rollout is stuck, neither completed nor rolled back. */
export const clusterHalfRollout = defineFault({
  id: 'cluster-half-rollout',
  title: 'A rollout that is stuck between old and new',
  effect: 'Calls to the new pod fail; the others succeed',
  category: 'cluster',
  params,
  // Without a mesh, callers keep using their connections to the old pod.
  ...clusterEdit<z.output<typeof params>>(
    ({ service, name, value }) => [
      containerEdit(service, { env: [{ name, value }] }, { minReadySeconds: 3_600, progressDeadlineSeconds: 7_200 }),
    ],
    ['cluster', 'mesh'],
  ),
})
