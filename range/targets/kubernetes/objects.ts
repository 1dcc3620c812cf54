import { serviceNames, type ComponentName } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import { topology } from '../../topology.ts'
import type { Cluster } from './cluster.ts'
import { isWorkload } from './ports.ts'
import { accessOf, autoscalerOf, budgetOf, described, isReady, podStatus, rolloutOf } from './views.ts'

type Looks = 'pods' | 'services' | 'rollouts' | 'events' | 'autoscalers' | 'networkPolicies' | 'enforcesPolicies' | 'budgets' | 'describe'

/** A service that the cache's network policy does not allow. */
const outsider = serviceNames.find((name) => !(topology[name].calls as readonly ComponentName[]).includes('redis')) ?? 'gateway'

/** The current state of the cluster's objects, as a responder sees them. */
export function objectsOf(cluster: Cluster): Pick<NonNullable<Range['cluster']>, Looks> {
  return {
    pods: async () => (await cluster.pods()).map(podStatus).toSorted((a, b) => a.name.localeCompare(b.name)),
    async services() {
      const [services, pods] = await Promise.all([cluster.services(), cluster.pods()])
      return services
        .filter(({ metadata }) => isWorkload(metadata?.name ?? ''))
        .map(({ metadata, spec }) => {
          const selector = Object.entries(spec?.selector ?? {})
          const behind = pods.filter((pod) => isReady(pod) && selector.every(([key, value]) => pod.metadata?.labels?.[key] === value))
          return {
            name: metadata?.name ?? '',
            selector: selector.map(([key, value]) => `${key}=${value}`).join(','),
            ports: (spec?.ports ?? [])
              .map(({ port, targetPort, appProtocol }) => `${port}→${targetPort}${appProtocol ? ` (${appProtocol})` : ''}`)
              .join(', '),
            endpoints: behind.length,
          }
        })
    },
    async rollouts() {
      const { deployments, statefulSets } = await cluster.workloads()
      return [
        ...deployments.map((workload) => rolloutOf('Deployment', workload)),
        ...statefulSets.map((workload) => rolloutOf('StatefulSet', workload)),
      ]
        .filter(({ name }) => isWorkload(name))
        .toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async events() {
      const at = (event: { lastTimestamp?: Date; eventTime?: Date; firstTimestamp?: Date }) =>
        new Date(event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? 0)
      return (await cluster.events())
        .toSorted((a, b) => at(b).getTime() - at(a).getTime())
        .slice(0, 100)
        .map((event) => ({
          at: at(event).toISOString(),
          type: event.type ?? '',
          reason: event.reason ?? '',
          object: `${event.involvedObject.kind?.toLowerCase()}/${event.involvedObject.name}`,
          message: (event.message ?? '').slice(0, 300),
        }))
    },
    async autoscalers() {
      return (await cluster.autoscalers()).map(autoscalerOf).toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async networkPolicies() {
      return (await cluster.networkPolicies()).map(accessOf).toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async enforcesPolicies() {
      const [found] = await cluster.pods(outsider)
      if (!found?.metadata?.name) throw new FiredrillError('component-unreachable', `${outsider}: it has no pod`)
      // Whether it answers, not whether it accepts a connection: a sidecar accepts first, and then connects.
      const ask = `const s = require('net').connect(6379, 'redis'); s.setTimeout(3000, () => s.destroy()); s.on('error', () => {})
        s.on('connect', () => s.write('PING\\r\\n')); s.once('data', () => (console.log('answered'), s.destroy()))`
      return !(await cluster.run(found.metadata.name, outsider, ['/usr/local/bin/node', '-e', ask])).includes('answered')
    },
    async budgets() {
      return (await cluster.budgets()).map(budgetOf).toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async describe(name) {
      const { deployments, statefulSets } = await cluster.workloads()
      const found = [...deployments, ...statefulSets].find(({ metadata }) => metadata?.name === name)
      if (!found || !isWorkload(name)) throw new FiredrillError('not-found', `the cluster has no workload ${name}`)
      return described(found)
    },
  }
}
