import { createHash } from 'node:crypto'
import path from 'node:path'
import type { ComponentName, ServiceName } from '../model/components.ts'
import type { CacheFault, EdgeFault, MeshEdge } from '../model/mesh.ts'
import type { Canary } from '../model/range.ts'

export const profiles = ['drill', 'production'] as const
export type Profile = (typeof profiles)[number]

/** A cluster that has the shop. */
export interface ClusterPlacement {
  /** Path of a kubeconfig whose user may make a namespace; null where somebody else puts the shop there, by the manifests. */
  kubeconfig: string | null
  /** Whether Istio carries what services say to each other, or the cluster's own network. */
  overlay: (typeof overlays)[number]
  /** For the claims of the data stores; null for the cluster's default. */
  storageClass: string | null
  /** This host, as pods reach it. */
  address: string
}
/** A cluster into which this range puts the shop, and out of which it takes it. */
export type DeployedCluster = ClusterPlacement & { kubeconfig: string }
export const overlays = ['local', 'istio'] as const

/**
 * Where the parts of a range run: all on this host; or the shop on another or in a cluster, and here what watches and loads it, so that the thing
 * under test cannot starve its monitor. More hosts can take a part of the users. The others dial the one that watches.
 */
export type Placement =
  | { role: 'all' }
  /** Where this host waits for the others, the cluster that the shop is in, if it is in one, and how many hosts of users there are to be beside this one. */
  | { role: 'observability'; listen: string; cluster?: ClusterPlacement; loadHosts?: number }
  /** `host:port` of the observability host. */
  | { role: 'shop'; observability: string }
  /** A worker of that host's Locust: users beside those that are there. */
  | { role: 'load'; observability: string }
/** The cluster that has the shop of a range so placed; undefined where none has. */
export const clusterWithShop = (placement: Placement): ClusterPlacement | undefined =>
  placement.role === 'observability' ? placement.cluster : undefined
/** The cluster into which a range so placed puts the shop; undefined where it puts it into none. */
export function deployedCluster(placement: Placement): DeployedCluster | undefined {
  const cluster = clusterWithShop(placement)
  return cluster && cluster.kubeconfig !== null ? { ...cluster, kubeconfig: cluster.kubeconfig } : undefined
}
export const hostRoles = ['all', 'observability', 'shop', 'load'] as const satisfies Placement['role'][]
export type HostRole = Placement['role']

/** Where the console and the API listen, and for whom. */
export interface ConsolePlace {
  listen: string
  /** Names beside the loopback's by which clients may know it, with or without a port. */
  names: string[]
  /** Origins of pages elsewhere, such as MCP's inspector, that may use the API with a token. */
  origins: string[]
}

/** For whoever is on this machine, and nobody else. */
export const ownConsole: ConsolePlace = { listen: '127.0.0.1', names: [], origins: [] }

/** The settings of one range, durable in `<dir>/range.json`. */
export interface RangeConfig {
  /** Names the range in the environment of each of its processes; unique per folder. */
  id: string
  portBase: number
  profile: Profile
  /** Simulated users when nobody has asked for another number. */
  users: number
  /** Whether the shop's host, when it first comes, says how many: nobody asked for a number. */
  usersByShop?: boolean
  placement: Placement
  console: ConsolePlace
  /** A ClickHouse HTTP URL in place of the embedded chDB. */
  clickhouseUrl: string | null
  tokens: { trainee: string; instructor: string; service: string }
  passwords: { postgres: string; rabbitmq: string }
}

/** Where external programs were found. */
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

/** What the mesh of a range is told, beside what its topology says. */
export interface MeshState {
  /** Istio resources, as YAML documents. */
  policy: string
  /** Faults on edges: apart from the policy, which is the shop's own. */
  faults: (MeshEdge & { fault: EdgeFault })[]
  /** A fault on the way to Redis. */
  cacheFault: CacheFault | null
  /** How often each service's identity was replaced by hand: connections are made again when it changes. */
  generations: Partial<Record<ServiceName, number>>
}

/** What a component needs to know to be started. */
export interface RangeContext {
  /** The folder that holds everything of this range. */
  dir: string
  /** The project's checkout. */
  root: string
  config: RangeConfig
  binaries: Binaries
  port(name: PortName): number
  /** `host:port` by which a component finds what listens on that port. */
  address(name: PortName): string
  /** The address that services listen on. */
  listen: string
  /** Deployed version and environment overrides of a service. */
  deployed(service: ServiceName): { version: string; overrides: Record<string, string> }
  /** The instance that runs another release than the rest of its service. */
  canary(): Canary | null
  /** Components that Prometheus was told not to scrape. */
  unscraped(): ComponentName[]
  /** What the mesh is told, as kept with the range. */
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
  // A PostgreSQL that was restored beside the shop's, while there is one.
  restored: 17,
  prometheus: 20,
  alertmanager: 21,
  telemetryStore: 22,
  locust: 23,
  postgresExporter: 24,
  redisExporter: 25,
  nodeExporter: 26,
  locustMaster: 27,
  // Of a range on two hosts: the agent of each, and where the shop's is waited for.
  agent: 70,
  link: 71,
  // The mesh: where a service's proxy takes calls of others (the gateway's from users, in plaintext), …
  'gateway-inbound': 30,
  'catalog-inbound': 31,
  'inventory-inbound': 32,
  'orders-inbound': 33,
  'payments-inbound': 34,
  'canary-inbound': 35,
  // … where it is administered, …
  'gateway-admin': 40,
  'catalog-admin': 41,
  'inventory-admin': 42,
  'orders-admin': 43,
  'payments-admin': 44,
  'fulfilment-admin': 45,
  // … and where its own service calls others through it.
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
