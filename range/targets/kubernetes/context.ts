import { FiredrillError } from '../../../model/errors.ts'
import type { ServiceName } from '../../../model/components.ts'
import { ownConsole, type Binaries, type PortName, type RangeContext } from '../../context.ts'
import { baselinePolicy } from '../../mesh/files.ts'
import { baselineRelease } from '../../releases.ts'
import type { Cluster } from './cluster.ts'
import type { Images } from './pod.ts'
import { clusterPort } from './ports.ts'
import type { StateMap } from './state.ts'

/** Where the images have our programs (deploy/images). */
const binaries: Binaries = {
  node: '/usr/local/bin/node',
  python: 'python3',
  locust: 'locust',
  postgresBin: '/usr/lib/postgresql/15/bin',
  redisServer: '/usr/bin/redis-server',
  rabbitmqServer: '/usr/lib/rabbitmq/bin/rabbitmq-server',
  epmd: '/usr/bin/epmd',
  prometheus: 'prometheus',
  promtool: 'promtool',
  alertmanager: 'alertmanager',
  postgresExporter: '/usr/bin/prometheus-postgres-exporter',
  redisExporter: '/usr/bin/prometheus-redis-exporter',
  nodeExporter: '/usr/bin/prometheus-node-exporter',
  envoy: 'envoy',
}

/** The folder of a container's data. */
export const dataRoot = '/var/lib/firedrill'

/** The dependencies of all operations on the shop's side, if that is a namespace of a cluster. */
export interface ClusterShopOptions {
  cluster: Cluster
  state: StateMap
  images: Images
  /** The project's checkout. */
  root: string
  /** The ports of the agent's own loopback, by which it reaches the shop. */
  context: RangeContext
}

interface ClusterOptions {
  /** The project's checkout, from which releases and the policy are read. */
  root: string
  deployed?: RangeContext['deployed']
}

/**
 * The context for components in a cluster: each listens on all addresses of its pod at its usual port, and reaches others by the names of their
 * Services. Passwords are references that Kubernetes resolves from the Secret `shop`.
 */
export function clusterContext({ root, deployed }: ClusterOptions): RangeContext {
  const known = (name: PortName) => {
    const found = clusterPort(name)
    if (!found) throw new FiredrillError('internal', `nothing listens on ${name} in a cluster`)
    return found
  }
  return {
    dir: dataRoot,
    root: '/app',
    listen: '0.0.0.0',
    config: {
      id: 'kubernetes',
      portBase: 0,
      profile: 'drill',
      users: 0,
      placement: { role: 'shop', observability: '' },
      console: ownConsole,
      clickhouseUrl: null,
      tokens: { trainee: '', instructor: '', service: '' },
      passwords: { postgres: '$(POSTGRES_PASSWORD)', rabbitmq: '$(RABBITMQ_PASSWORD)' },
    },
    binaries,
    port: (name) => (name === 'epmd' ? 4369 : name === 'erlang' ? 25_672 : known(name).port),
    address: (name) => `${known(name).service}:${known(name).port}`,
    deployed: deployed ?? ((service: ServiceName) => ({ version: baselineRelease(root, service), overrides: {} })),
    canary: () => null,
    unscraped: () => [],
    flags: () => null,
    mesh: () => ({ policy: baselinePolicy(root), faults: [], cacheFault: null, generations: {} }),
  }
}
