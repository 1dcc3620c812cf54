import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type {
  V1Deployment,
  V1LabelSelector,
  V1NetworkPolicy,
  V1Pod,
  V1PodDisruptionBudget,
  V1Probe,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { FiredrillError } from '../../../model/errors.ts'
import { serviceNames, type ComponentName, type ServiceName } from '../../../model/components.ts'
import type {
  AccessPolicy,
  Autoscaler,
  DisruptionBudget,
  ManifestEdit,
  ManifestKind,
  ManifestRef,
  Range,
  Rollout,
} from '../../../model/range.ts'
import { setRolePassword } from '../../components/postgres.ts'
import type { RangeContext } from '../../context.ts'
import { topology } from '../../topology.ts'
import type { Cluster } from './cluster.ts'
import { generatedManifests } from './deploy.ts'
import { isWorkload, type Workload } from './ports.ts'
import { deployedBy, type StateMap } from './state.ts'
import { undoOf } from './undo.ts'
import { databasesSecret, namespace } from './pod.ts'

interface Options {
  cluster: Cluster
  state: StateMap
  root: string
  /** By which the agent reaches the shop's database. */
  context: RangeContext
  /** Waits for the roll-out of a workload. */
  settled(name: Workload): Promise<void>
  restart(service: ServiceName): Promise<void>
}

const apiVersions: Record<ManifestKind, string> = {
  Deployment: 'apps/v1',
  Service: 'v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
}
/** Kinds of which the manifests may have none: one that somebody made goes. */
const optional: ReadonlySet<ManifestKind> = new Set(['HorizontalPodAutoscaler', 'PodDisruptionBudget'])
/** A service that the cache's policy does not let in. */
const outsider = serviceNames.find((name) => !(topology[name].calls as readonly ComponentName[]).includes('redis')) ?? 'gateway'
const header = ({ kind, name }: ManifestRef) => ({ apiVersion: apiVersions[kind], kind, metadata: { name, namespace } })
const databasesHeader = { apiVersion: 'v1', kind: 'Secret', metadata: { name: databasesSecret, namespace } }
const quotaHeader = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'shop', namespace } }

/** What the objects of the cluster are, beside what the manifests say: looked at, changed by hand, and brought back. */
export function manifestsOf({ cluster, state, root, context, settled, restart }: Options): NonNullable<Range['cluster']> {
  /** Undefined where the manifests have none. */
  const manifestOf = ({ kind, name }: ManifestRef): Record<string, unknown> | undefined => {
    const files = generatedManifests(root, deployedBy(state.now, root))
    const text = files[kind === 'NetworkPolicy' ? 'base/network-policies.yaml' : `base/${name}.yaml`]
    if (text === undefined) throw new FiredrillError('not-found', `there is no manifest of ${name}`)
    return parseAllDocuments(text)
      .map((document) => document.toJS() as { kind: string; metadata: { name: string } })
      .find((found) => found.kind === kind && found.metadata.name === name)
  }
  const isOf =
    ({ kind, name }: ManifestRef) =>
    (edit: ManifestRef) =>
      edit.kind === kind && edit.name === name

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
    async autoscalers() {
      return (await cluster.autoscalers()).map(autoscalerOf).toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async networkPolicies() {
      return (await cluster.networkPolicies()).map(accessOf).toSorted((a, b) => a.name.localeCompare(b.name))
    },
    async enforcesPolicies() {
      const [found] = await cluster.pods(outsider)
      if (!found?.metadata?.name) throw new FiredrillError('component-unreachable', `${outsider}: it has no pod`)
      // Whether somebody answers, not whether there is a connection: a sidecar takes that first, and then asks.
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
    edits: async () => state.now.edits,
    async edit(edit) {
      const same = (other: ManifestEdit) => isDeepStrictEqual(other, edit)
      await state.change({ edits: [...state.now.edits.filter((other) => !same(other)), edit] })
      const object = { ...edit.patch, ...header(edit) }
      if ((await cluster.read(header(edit))) === null) await cluster.apply(object)
      else await cluster.edit(object)
    },
    async sync(ref) {
      const manifest = manifestOf(ref)
      const mine = isOf(ref)
      if (manifest) {
        for (const { patch } of state.now.edits.filter(mine)) await cluster.edit({ ...undoOf(patch, manifest), ...header(ref) })
        await cluster.apply(manifest)
      } else if (optional.has(ref.kind)) await cluster.remove(header(ref))
      else throw new FiredrillError('not-found', `there is no manifest of ${ref.kind} ${ref.name}`)
      await state.change({ edits: state.now.edits.filter((edit) => !mine(edit)) })
      if (ref.kind === 'Deployment' && isWorkload(ref.name)) await settled(ref.name)
    },
    quota: async () => state.now.quota,
    async setQuota(pods) {
      await state.change({ quota: pods })
      if (pods === null) await cluster.remove(quotaHeader)
      else await cluster.apply({ ...quotaHeader, spec: { hard: { pods: String(pods) } } })
    },
    deletePods: (service) => cluster.deletePods(service, 0),
    rotated: async () => state.now.rotated,
    async rotateCredential(service) {
      await state.change({ rotated: [...new Set([...state.now.rotated, service])] })
      await setPassword(service, randomBytes(18).toString('base64url'))
    },
    async restoreCredential(service) {
      await setPassword(service, null)
      // Whoever started meanwhile has the other one.
      await restart(service)
      await state.change({ rotated: state.now.rotated.filter((other) => other !== service) })
    },
  }

  async function setPassword(service: ServiceName, password: string | null): Promise<void> {
    await setRolePassword(context, service, password ?? context.config.passwords.postgres)
    await cluster.edit({ ...databasesHeader, stringData: { [service]: password ?? context.config.passwords.postgres } } as never)
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

const autoscalerOf = ({ metadata, spec, status }: V2HorizontalPodAutoscaler): Autoscaler => ({
  name: metadata?.name ?? '',
  min: spec?.minReplicas ?? 1,
  max: spec?.maxReplicas ?? 1,
  current: status?.currentReplicas ?? 0,
  desired: status?.desiredReplicas ?? 0,
  problem: (status?.conditions ?? [])
    .filter(({ type, status: is }) => (type === 'ScalingLimited' ? is === 'True' : is === 'False'))
    .map(({ reason, message }) => `${reason ?? ''}: ${(message ?? '').slice(0, 200)}`)
    .join('; '),
})

const selects = (selector: V1LabelSelector | undefined): string => pairs(selector?.matchLabels, '=')

/** Ours let in by one label of pods; whatever else a rule may say is told as it is. */
function accessOf({ metadata, spec }: V1NetworkPolicy): AccessPolicy {
  const rules = spec?.ingress ?? []
  return {
    name: metadata?.name ?? '',
    pods: selects(spec?.podSelector),
    from: rules.some(({ _from }) => !_from || _from.length === 0)
      ? null
      : rules.flatMap(({ _from = [] }) => _from.map((peer) => peer.podSelector?.matchLabels?.['app'] ?? JSON.stringify(peer))),
  }
}

function budgetOf({ metadata, spec, status }: V1PodDisruptionBudget): DisruptionBudget {
  const { minAvailable, maxUnavailable } = spec ?? {}
  return {
    name: metadata?.name ?? '',
    pods: selects(spec?.selector),
    rule: minAvailable === undefined ? `at most ${maxUnavailable ?? 1} unavailable` : `at least ${minAvailable} available`,
    healthy: status?.currentHealthy ?? 0,
    allowed: status?.disruptionsAllowed ?? 0,
  }
}

/** Of containers what a responder looks for: never the value of a secret, which is referred to here. */
function described({ kind, spec }: V1Deployment | V1StatefulSet): { field: string; value: string }[] {
  const rolling = spec && 'strategy' in spec ? spec.strategy?.rollingUpdate : undefined
  const containers = (spec?.template.spec?.containers ?? []).flatMap((container) => [
    [`${container.name}: image`, container.image],
    [`${container.name}: requests`, pairs(container.resources?.requests)],
    [`${container.name}: limits`, pairs(container.resources?.limits)],
    [`${container.name}: startup probe`, probe(container.startupProbe)],
    [`${container.name}: readiness probe`, probe(container.readinessProbe)],
    [`${container.name}: liveness probe`, probe(container.livenessProbe)],
    ...(container.env ?? []).map(({ name, value, valueFrom }) => [
      `${container.name}: ${name}`,
      value ?? `from Secret ${valueFrom?.secretKeyRef?.name ?? ''}, key ${valueFrom?.secretKeyRef?.key ?? ''}`,
    ]),
  ])
  const rows = [
    ['kind', kind ?? (spec && 'strategy' in spec ? 'Deployment' : 'StatefulSet')],
    ['replicas', String(spec?.replicas ?? 1)],
    ['at once down, and more, in a rollout', rolling ? `${rolling.maxUnavailable ?? 0}, ${rolling.maxSurge ?? 0}` : undefined],
    ['a pod counts after being ready for', spec?.minReadySeconds ? `${spec.minReadySeconds} s` : undefined],
    ...containers,
  ]
  return rows.flatMap(([field = '', value]) => (value ? [{ field, value }] : []))
}

const pairs = (values: Record<string, unknown> = {}, between = ' '): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}${between}${String(value)}`)
    .join(', ')

const probe = (found: V1Probe | undefined): string =>
  [
    found?.httpGet && `GET :${String(found.httpGet.port)}${found.httpGet.path ?? '/'}`,
    found?.tcpSocket && `connect :${String(found.tcpSocket.port)}`,
    found?.exec && `run ${(found.exec.command ?? []).join(' ')}`,
  ]
    .filter(Boolean)
    .join('') + (found ? ` every ${found.periodSeconds ?? 10} s, ${found.failureThreshold ?? 3} times` : '')

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
