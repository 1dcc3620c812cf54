import { createHash } from 'node:crypto'
import path from 'node:path'
import type { ComponentName, ServiceName } from '../model/components.ts'
import type { CacheFault, EdgeFault, MeshEdge } from '../model/mesh.ts'
import type { Canary } from '../model/range.ts'

export const profiles = ['drill', 'production'] as const
export type Profile = (typeof profiles)[number]

/** A cluster that the shop runs in. */
export interface ClusterPlacement {
  /** Path of a kubeconfig whose user may create a namespace; null if somebody else deploys the shop there, by the manifests. */
  kubeconfig: string | null
  /** Whether the services' calls go through Istio, or the cluster's own network. */
  overlay: (typeof overlays)[number]
  /** Storage class for the datastores' claims; null for the cluster's default. */
  storageClass: string | null
  /** This host's address, as pods reach it. */
  address: string
}
/** A cluster into which this range deploys the shop, and from which it removes it. */
export type DeployedCluster = ClusterPlacement & { kubeconfig: string }
export const overlays = ['local', 'istio'] as const

/**
 * Where the parts of a range run: all on this host; or the shop on another host or in a cluster, and monitoring and load on this one, so that the
 * system under test cannot starve its monitoring. More hosts can run a share of the users. All others dial the monitoring host.
 */
export type Placement =
  | { role: 'all' }
  /** Where this host waits for the others, the cluster that the shop is in, if any, and the number of additional hosts of users. */
  | { role: 'observability'; listen: string; cluster?: ClusterPlacement; loadHosts?: number }
  /** `host:port` of the monitoring host. */
  | { role: 'shop'; observability: string }
  /** A worker of that host's Locust, with additional users. */
  | { role: 'load'; observability: string }
/** The cluster that the shop runs in, by the range's placement; undefined if it is in none. */
export const clusterWithShop = (placement: Placement): ClusterPlacement | undefined =>
  placement.role === 'observability' ? placement.cluster : undefined
/** The cluster into which the range deploys the shop, by its placement; undefined if there is none. */
export function deployedCluster(placement: Placement): DeployedCluster | undefined {
  const cluster = clusterWithShop(placement)
  return cluster && cluster.kubeconfig !== null ? { ...cluster, kubeconfig: cluster.kubeconfig } : undefined
}
export const hostRoles = ['all', 'observability', 'shop', 'load'] as const satisfies Placement['role'][]
export type HostRole = Placement['role']

/** Where the console and the API listen, and for which clients. */
export interface ConsolePlace {
  listen: string
  /** Host names, apart from the loopback's, under which clients may reach it, with or without a port. */
  names: string[]
  /** Origins of other pages, such as MCP's inspector, that may use the API with a token. */
  origins: string[]
}

/** For clients on this machine only. */
export const ownConsole: ConsolePlace = { listen: '127.0.0.1', names: [], origins: [] }

/** The settings of one range, durable in `<dir>/range.json`. */
export interface RangeConfig {
  /** Identifies the range in the environment of each of its processes; unique per folder. */
  id: string
  portBase: number
  profile: Profile
  /** The default number of simulated users. */
  users: number
  /** Whether the shop's host, when it first connects, decides the number: nobody requested one. */
  usersByShop?: boolean
  placement: Placement
  console: ConsolePlace
  /** A ClickHouse HTTP URL in place of the embedded chDB. */
  clickhouseUrl: string | null
  tokens: { trainee: string; instructor: string; service: string }
  passwords: { postgres: string; rabbitmq: string }
}

/** Paths of external programs. */
export interface Binaries {
  node: string
  python: string
  locust: string
  postgresBin: string
  redisServer: string
  rabbitmqServer: string
  epmd: string
  prometheus: string
  promtool: string
  alertmanager: string
  postgresExporter: string
  redisExporter: string
  nodeExporter: string
  envoy: string
}

/** The input of a range's mesh, apart from the topology. */
export interface MeshState {
  /** Istio resources, as YAML documents. */
  policy: string
  /** Faults on edges: separate from the policy, which is the shop's own. */
  faults: (MeshEdge & { fault: EdgeFault })[]
  /** A fault on the connections to Redis. */
  cacheFault: CacheFault | null
  /** How often each service's identity was replaced on request: connections are opened again when it changes. */
  generations: Partial<Record<ServiceName, number>>
}

/** What is needed to start a component. */
export interface RangeContext {
  /** The folder that holds everything of this range. */
  dir: string
  /** The project's checkout. */
  root: string
  config: RangeConfig
  binaries: Binaries
  port(name: PortName): number
  /** `host:port` at which a component reaches what listens on that port. */
  address(name: PortName): string
  /** The address that services listen on. */
  listen: string
  /** Deployed version and environment overrides of a service. */
  deployed(service: ServiceName): { version: string; overrides: Record<string, string> }
  /** The instance that runs another release than the others of its service. */
  canary(): Canary | null
  /** Components whose scrape is turned off. */
  unscraped(): ComponentName[]
  /** The file of feature flags, as text; null if services have none to follow. */
  flags(): string | null
  /** The input of the mesh, as stored with the range. */
  mesh(): MeshState
}

/** Every port of a range, as an offset from its base. */
export const portOffsets = {
  control: 0,
  gateway: 1,
  catalog: 2,
  inventory: 3,
  orders: 4,
  payments: 5,
  fulfilment: 6,
  canary: 7,
  postgres: 10,
  redis: 11,
  amqp: 12,
  rabbitmqMetrics: 13,
  epmd: 14,
  erlang: 15,
  rabbitmqManagement: 16,
  // A restored PostgreSQL beside the shop's, while there is one.
  restored: 17,
  // Its replica, while there is one.
  replica: 18,
  prometheus: 20,
  alertmanager: 21,
  telemetryStore: 22,
  locust: 23,
  postgresExporter: 24,
  redisExporter: 25,
  nodeExporter: 26,
  locustMaster: 27,
  // For a range on two hosts: the agent of each, and where the monitoring host waits for the shop's.
  agent: 70,
  link: 71,
  // The mesh: the port where a service's proxy accepts calls of others (the gateway's from users, in plaintext), …
  'gateway-inbound': 30,
  'catalog-inbound': 31,
  'inventory-inbound': 32,
  'orders-inbound': 33,
  'payments-inbound': 34,
  'canary-inbound': 35,
  // … its admin port, …
  'gateway-admin': 40,
  'catalog-admin': 41,
  'inventory-admin': 42,
  'orders-admin': 43,
  'payments-admin': 44,
  'fulfilment-admin': 45,
  // … and the ports where its own service calls others through it.
  'gateway>catalog': 50,
  'gateway>inventory': 51,
  'gateway>orders': 52,
  'catalog>postgres': 53,
  'catalog>redis': 54,
  'inventory>postgres': 55,
  'orders>inventory': 56,
  'orders>payments': 57,
  'orders>postgres': 58,
  'orders>rabbitmq': 59,
  'payments>postgres': 60,
  'fulfilment>inventory': 61,
  'fulfilment>postgres': 62,
  'fulfilment>rabbitmq': 63,
} as const
export type PortName = keyof typeof portOffsets

export const defaultPortBase = 7400

/** The id of the range in a folder: 12 hexadecimal digits, the same each time. */
export const rangeId = (dir: string): string => createHash('sha256').update(path.resolve(dir)).digest('hex').slice(0, 12)

/** The folder of what a component stores. */
export const dataDir = (context: RangeContext, component: string): string => path.join(context.dir, 'data', component)
/** The folder of the files that a component is configured by. */
export const configDir = (context: RangeContext, component: string): string => path.join(context.dir, 'config', component)
/** The file of what a component prints. */
export const logFile = ({ dir }: Pick<RangeContext, 'dir'>, component: string): string => path.join(dir, 'logs', `${component}.log`)
