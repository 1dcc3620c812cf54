import type { V1Pod } from '@kubernetes/client-node'
import { isService, proxyNames, type ComponentStatus, type ProxyName } from '../../../model/components.ts'
import { describeError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import { topology } from '../../topology.ts'
import { workloads, type Workload } from './ports.ts'
import type { ClusterShopOptions } from './context.ts'
import type { Rollouts } from './rollouts.ts'

/** The state of the components, by their pods and readiness checks; and that of their proxies, by the containers of theirs. */
export function clusterStatus(
  { cluster, state, context }: Pick<ClusterShopOptions, 'cluster' | 'state' | 'context'>,
  { current }: Rollouts,
): Range['status'] {
  const ofWorkload = async (name: Workload, pods: readonly V1Pod[], readiness: boolean): Promise<ComponentStatus> => {
    const base = {
      ...stateOf(pods, name, state.now.held[name]),
      name,
      pid: null,
      memoryBytes: null,
      ports: Object.fromEntries(Object.entries(topology[name].ports).map(([label, port]) => [label, context.port(port)])),
      ...(isService(name) ? { version: current(name) } : {}),
    }
    if (base.state !== 'running' || !readiness) return { ...base, healthy: base.state === 'running' }
    return topology[name]
      .readiness(context)
      .check(1_500)
      .then(
        () => ({ ...base, healthy: true }),
        (error: unknown) => ({ ...base, healthy: false, detail: describeError(error) }),
      )
  }
  return async ({ readiness } = { readiness: true }) => {
    const pods = await cluster.pods()
    const of = (name: string) => pods.filter(({ metadata }) => metadata?.labels?.['app'] === name && !metadata.deletionTimestamp)
    const statuses = workloads.map((name) => ofWorkload(name, of(name), readiness))
    const proxies = proxyNames.map((name) => ofProxy(name, of(name.replace(/-proxy$/, ''))))
    return [...(await Promise.all(statuses)), ...proxies]
  }
}

function ofProxy(name: ProxyName, pods: readonly V1Pod[]): ComponentStatus {
  const sidecar = pods.flatMap(({ status }) =>
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].filter((each) => each.name === 'istio-proxy'),
  )[0]
  const base = { name, pid: null, memoryBytes: null, ports: {} }
  if (!sidecar) return { ...base, state: 'stopped', healthy: false, detail: 'there is no sidecar' }
  return { ...base, state: sidecar.state?.running ? 'running' : 'exited', healthy: sidecar.ready }
}

function stateOf(
  pods: readonly V1Pod[],
  name: string,
  held: 'stopped' | 'killed' | 'suspended' | undefined,
): Pick<ComponentStatus, 'state' | 'detail'> {
  if (held === 'suspended') return { state: 'suspended', detail: 'stopped by a signal' }
  const [found] = pods
  if (!found) return held === 'stopped' ? { state: 'stopped', detail: 'scaled to none' } : { state: 'exited', detail: 'it has no pod' }
  const own = found.status?.containerStatuses?.find((each) => each.name === name)
  const waiting = own?.state?.waiting
  if (waiting?.reason === 'CrashLoopBackOff') return { state: 'exited', detail: waiting.message ?? 'CrashLoopBackOff' }
  if (own?.state?.running) return { state: own.started === false ? 'starting' : 'running' }
  return {
    state: own?.state?.terminated ? 'exited' : 'starting',
    detail: waiting?.reason ?? own?.state?.terminated?.reason ?? found.status?.phase ?? '',
  }
}
