import type { V1Deployment, V1Pod, V1StatefulSet } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { FiredrillError } from '../../../model/errors.ts'
import type { ManifestRef, Range, Rollout } from '../../../model/range.ts'
import type { Cluster } from './cluster.ts'
import { generatedManifests } from './deploy.ts'
import { isWorkload, type Workload } from './ports.ts'
import { deployedBy, type StateMap } from './state.ts'
import { namespace } from './workload.ts'

interface Options {
  cluster: Cluster
  state: StateMap
  root: string
  /** Waits for the roll-out of a workload. */
  settled(name: Workload): Promise<void>
}

const header = ({ kind, name }: ManifestRef) => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name, namespace },
})
const quotaHeader = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'shop', namespace } }

/** What the objects of the cluster are, beside what the manifests say: looked at, changed by hand, and brought back. */
export function manifestsOf({ cluster, state, root, settled }: Options): NonNullable<Range['cluster']> {
  const manifestOf = (ref: ManifestRef): object => {
    const text = generatedManifests(root, deployedBy(state.now, root))[`base/${ref.name}.yaml`] ?? ''
    const found = parseAllDocuments(text)
      .map((document) => document.toJS() as { kind: string; metadata: { name: string } })
      .find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name)
    if (!found) throw new FiredrillError('not-found', `there is no manifest of ${ref.kind} ${ref.name}`)
    return found
  }
  const others = ({ kind, name }: ManifestRef) => state.now.edits.filter((edit) => edit.kind !== kind || edit.name !== name)

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
            ports: (spec?.ports ?? []).map(({ port, targetPort }) => `${port}→${targetPort}`).join(', '),
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
    edits: async () => state.now.edits,
    async edit(edit) {
      await state.change({ edits: [...others(edit), edit] })
      await cluster.edit({ ...edit.patch, ...header(edit) })
    },
    async sync(ref) {
      await cluster.apply(manifestOf(ref))
      await state.change({ edits: others(ref) })
      if (ref.kind === 'Deployment') await settled(ref.name)
    },
    quota: async () => state.now.quota,
    async setQuota(pods) {
      await state.change({ quota: pods })
      if (pods === null) await cluster.remove(quotaHeader)
      else await cluster.apply({ ...quotaHeader, spec: { hard: { pods: String(pods) } } })
    },
    deletePods: (service) => cluster.deletePods(service, 0),
  }
}

/** A stateful set has no conditions that tell why it does not go on. */
const rolloutOf = (kind: string, { metadata, spec, status }: V1Deployment | V1StatefulSet): Rollout => ({
  name: metadata?.name ?? '',
  kind,
  wanted: spec?.replicas ?? 1,
  updated: status?.updatedReplicas ?? 0,
  ready: status?.readyReplicas ?? 0,
  problem: (kind === 'Deployment' ? (status?.conditions ?? []) : [])
    .filter(({ type, status: is }) => (type === 'ReplicaFailure' ? is === 'True' : is === 'False'))
    .map(({ reason, message }) => `${reason ?? ''}: ${(message ?? '').slice(0, 200)}`)
    .join('; '),
})

const isReady = ({ status }: V1Pod): boolean => (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')

function podStatus({ metadata, status }: V1Pod) {
  const containers = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => name === 'istio-proxy'),
  ]
  const trouble = containers.flatMap(
    ({ state, lastState }) => state?.waiting?.reason ?? state?.terminated?.reason ?? lastState?.terminated?.reason ?? [],
  )
  return {
    name: metadata?.name ?? '',
    app: metadata?.labels?.['app'] ?? '',
    phase: metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ready: `${containers.filter(({ ready }) => ready).length}/${containers.length}`,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    reason: trouble[0] ?? '',
    ageSeconds: Math.round((Date.now() - new Date(metadata?.creationTimestamp ?? Date.now()).getTime()) / 1_000),
  }
}
