import { z } from 'zod'
import { serviceName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit, containerEdit } from '../cluster-edit.ts'

const params = z.object({
  service: serviceName.describe('Service that nobody reaches'),
})

/** A service listens on an address that nobody can reach, and its probes, which would have kept the old pod, check nothing. */
export const clusterReadiness = defineFault({
  id: 'cluster-readiness',
  title: 'A readiness probe that always passes',
  effect: 'Pods are ready, and nobody can reach what runs in them',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(({ service }) => [
    containerEdit(service, {
      env: [{ name: 'HOST', value: '127.0.0.1' }],
      startupProbe: null,
      livenessProbe: null,
      readinessProbe: { httpGet: null, exec: { command: ['/bin/true'] } },
    }),
  ]),
})
