import type { ServiceName } from '../../../model/components.ts'
import { until } from '../../../model/until.ts'
import { topology } from '../../topology.ts'
import { clusterContext, type ClusterShopOptions } from './context.ts'
import { isDatastore, type Workload } from './ports.ts'
import { deployedBy } from './state.ts'
import { workloadOf } from './workload.ts'

const pollMs = 300

export type Rollouts = ReturnType<typeof rolloutsOf>

/** Deploys workloads of the shop, and waits for them. */
export function rolloutsOf({ cluster, state, images, root, context }: ClusterShopOptions) {
  const deployed = (service: ServiceName) => deployedBy(state.now, root)(service)
  /** The range's context for pods, with the current releases and settings. */
  const described = () => clusterContext({ root, deployed })
  const kindOf = (name: Workload): 'Deployment' | 'StatefulSet' => (isDatastore(name) ? 'StatefulSet' : 'Deployment')
  const wait = async (what: string, deadlineMs: number, holds: () => Promise<boolean>): Promise<void> =>
    void (await until(what, deadlineMs, holds, pollMs))
  const ready = (name: Workload) =>
    topology[name]
      .readiness(context)
      .check(2_000)
      .then(
        () => true,
        () => false,
      )
  const settled = (name: Workload) =>
    wait(
      `the rollout of ${name}`,
      topology[name].startDeadlineMs + 30_000,
      async () => (await cluster.rolledOut(kindOf(name), name)) && ready(name),
    )

  return {
    described,
    settled,
    /** The version that a service should have now. */
    current: (service: ServiceName): string => deployed(service).version,
    scale: (name: Workload, replicas: number) => cluster.patchWorkload(kindOf(name), name, { spec: { replicas } }),
    gone: (name: Workload) => wait(`the end of ${name}`, 60_000, async () => (await cluster.pods(name)).length === 0),
    /** Replaces its pods by new ones. */
    async renew(name: Workload): Promise<void> {
      const restartedAt = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() }
      await cluster.patchWorkload(kindOf(name), name, { spec: { template: { metadata: { annotations: restartedAt } } } })
    },
    /** Applies a service's current state, and waits until no other pod of it is left. */
    async roll(service: ServiceName): Promise<void> {
      await cluster.apply(workloadOf(described(), service, images).toJSON() as object)
      await settled(service)
    },
  }
}
