import { datastoreNames, isService, serviceNames, type ComponentName, type DatastoreName } from '../../../model/components.ts'
import { portOffsets, type PortName } from '../../context.ts'
import { servicePort } from '../../mesh/schema.ts'

/** Where something listens in the cluster: the Service, and its port (the container's is the same). */
interface ClusterPort {
  service: string
  port: number
}

/** Where Istio's sidecar serves its metrics; nothing listens there without a mesh. */
export const sidecarMetricsPort = 15_090
/** Where the agent receives the shop's telemetry. */
export const telemetryPort = 4318

const datastores: Partial<Record<PortName, ClusterPort>> = {
  postgres: { service: 'postgres', port: 5432 },
  redis: { service: 'redis', port: 6379 },
  amqp: { service: 'rabbitmq', port: 5672 },
  rabbitmqMetrics: { service: 'rabbitmq', port: 15_692 },
  rabbitmqManagement: { service: 'rabbitmq', port: 15_672 },
  postgresExporter: { service: 'postgres-exporter', port: 9187 },
  redisExporter: { service: 'redis-exporter', port: 9121 },
  nodeExporter: { service: 'node-exporter', port: 9100 },
  telemetryStore: { service: 'agent', port: telemetryPort },
}
const ofDatastore: Record<string, PortName> = { postgres: 'postgres', redis: 'redis', rabbitmq: 'amqp' }

/** Each port of the topology in the cluster; undefined if nothing listens there. */
export function clusterPort(name: PortName): ClusterPort | undefined {
  if (isService(name)) return { service: name, port: servicePort }
  const [owner = '', peer] = name.split(/-inbound$|-admin$|>/).filter(Boolean)
  if (name.endsWith('-inbound') && isService(owner)) return { service: owner, port: servicePort }
  if (name.endsWith('-admin') && isService(owner)) return { service: `${owner}-sidecar`, port: sidecarMetricsPort }
  // With or without a proxy of its own: the caller connects to the callee.
  if (peer !== undefined) return clusterPort(isService(peer) ? peer : (ofDatastore[peer] ?? name))
  return datastores[name]
}

/** Ports of the topology that the shop has in the cluster. */
export const shopPortNames: readonly PortName[] = (Object.keys(portOffsets) as PortName[]).filter(
  (name) => !name.includes('>') && name !== 'telemetryStore' && clusterPort(name) !== undefined,
)

export const workloads = [
  ...serviceNames,
  ...datastoreNames,
  'postgres-exporter',
  'redis-exporter',
  'node-exporter',
] as const satisfies readonly ComponentName[]
export type Workload = (typeof workloads)[number]
/** Whether a name is that of a data store of the shop. */
export const isDatastore = (name: string): name is DatastoreName => (datastoreNames as readonly string[]).includes(name)
/** Whether a name is that of something that the shop runs in a cluster. */
export const isWorkload = (name: string): name is Workload => (workloads as readonly string[]).includes(name)
