import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service whose probe is changed'),
  path: z.string().regex(/^\//).max(100).default('/healthz').describe('Path that the probe asks for'),
})

/** The liveness probe requests the only path that fails, so the kubelet restarts a service that answers everything else. */
export const clusterLiveness = defineFault({
  id: 'cluster-liveness',
  title: 'A liveness probe for a path that does not exist',
  effect: 'A healthy service is restarted every few seconds',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service, path }) => [
    containerEdit(service, { livenessProbe: { httpGet: { path, port: 8080 }, periodSeconds: 2, failureThreshold: 2 } }),
  ]),
})
