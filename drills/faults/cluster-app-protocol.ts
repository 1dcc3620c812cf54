import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { clusterEdit } from '../cluster-edit.ts'

/** The port at which each data store speaks its own protocol. */
const ports = { postgres: 5_432, rabbitmq: 5_672, redis: 6_379 } as const

const params = z.object({
  datastore: z.enum(['postgres', 'rabbitmq', 'redis']).describe('Data store whose port is marked as HTTP'),
})

/** A Service says that its port is HTTP: the proxies parse the connections as requests, and answer these themselves. */
export const clusterAppProtocol = defineFault({
  id: 'cluster-app-protocol',
  title: 'A Service with the wrong protocol',
  effect: 'The mesh takes the protocol of a data store for HTTP, and closes every connection',
  category: 'cluster',
  params,
  ...clusterEdit<z.output<typeof params>>(
    ({ datastore }) => [
      { kind: 'Service', name: datastore, patch: { spec: { ports: [{ port: ports[datastore], appProtocol: 'http' }] } } },
    ],
    ['cluster', 'mesh'],
  ),
})
