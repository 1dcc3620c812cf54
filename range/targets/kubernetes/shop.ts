import { FiredrillError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import { bootstrap } from '../../components/postgres.ts'
import { rabbitmqNode } from '../../components/rabbitmq.ts'
import { waitUntilReady } from '../../readiness/readiness.ts'
import { deploymentOf, releasesOf } from '../../releases.ts'
import { topology } from '../../topology.ts'
import { localQueue } from '../local/queue.ts'
import type { ClusterShopOptions } from './context.ts'
import { manifestsOf } from './edits.ts'
import { clusterJobs } from './jobs.ts'
import { clusterMesh } from './mesh.ts'
import { clusterProcesses } from './processes.ts'
import { rolloutsOf, type Rollouts } from './rollouts.ts'
import { clusterStatus } from './status.ts'
import { mustBeUnchanged } from '../../unchanged.ts'
import { unavailable } from './unavailable.ts'

/** Operations on the shop's side, if that is a namespace of a cluster. */
type ClusterShop = Pick<Range, 'status' | 'processes' | 'releases' | 'config' | 'queue' | 'jobs' | 'mesh' | 'cluster'> & {
  /** Creates the database's roles and schemas, once it answers. */
  prepare(): Promise<void>
}

/** The part of a `Range` that is done in the cluster; each method throws `FiredrillError` as the interface says. */
export function clusterShop(options: ClusterShopOptions): ClusterShop {
  const { cluster, state, root, context } = options
  const rollouts = rolloutsOf(options)
  const processes = clusterProcesses(options, rollouts)
  return {
    async prepare() {
      await waitUntilReady(topology.postgres.readiness(context), 300_000)
      await bootstrap(context)
    },
    status: clusterStatus(options, rollouts),
    processes,
    releases: clusterReleases(options, rollouts),
    config: {
      get: async (service) => state.now.overrides[service] ?? {},
      async set(service, overrides, _by, ifAre) {
        const mustBeAsRead = (now: Record<string, string> = {}) => mustBeUnchanged(`settings of ${service}`, now, ifAre)
        mustBeAsRead(state.now.overrides[service])
        if (JSON.stringify(state.now.overrides[service] ?? {}) === JSON.stringify(overrides)) return
        await state.change((now) => {
          mustBeAsRead(now.overrides[service])
          return { overrides: { ...now.overrides, [service]: overrides } }
        })
        await rollouts.roll(service)
      },
    },
    queue: clusterQueue(options, rollouts),
    jobs: clusterJobs(options, rollouts),
    mesh: clusterMesh({ cluster, state, root }),
    cluster: manifestsOf({ cluster, state, root, context, settled: rollouts.settled, restart: processes.restart }),
  }
}

function clusterReleases({ state, root }: ClusterShopOptions, { current, roll }: Rollouts): Range['releases'] {
  return {
    list: (service) => releasesOf(root, service).releases,
    baseline: (service) => releasesOf(root, service).baseline,
    current: async (service) => current(service),
    history: async () => state.now.deployments,
    canary: async () => null,
    async setCanary(canary) {
      if (canary) unavailable('a canary')
    },
    async deploy(service, version, by) {
      const previous = current(service)
      const deployment = deploymentOf(root, service, version, previous, by)
      if (version !== previous) {
        await state.change((now) => ({ deployments: [...now.deployments, deployment].slice(-500) }))
        await roll(service)
      }
      return deployment
    },
  }
}

/** AMQP through the agent's loopback, and the broker's own program in its pod. */
const clusterQueue = ({ cluster, context }: ClusterShopOptions, { described }: Rollouts): Range['queue'] =>
  localQueue(context, async (...args) => {
    const variables = Object.entries(rabbitmqNode(described())).map(([key, value]) => `${key}=${value}`)
    const [found] = await cluster.pods('rabbitmq')
    if (!found?.metadata?.name) throw new FiredrillError('component-unreachable', 'RabbitMQ: it has no pod')
    return cluster.run(found.metadata.name, 'rabbitmq', [
      '/usr/bin/env',
      ...variables,
      '/usr/lib/rabbitmq/bin/rabbitmqctl',
      '--silent',
      ...args,
    ])
  })
