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
import type { AccessPolicy, Autoscaler, DisruptionBudget, Range, Rollout } from '../../../model/range.ts'

type PodStatus = Awaited<ReturnType<NonNullable<Range['cluster']>['pods']>>[number]

/** A StatefulSet has no conditions that say why it is stuck. */
export const rolloutOf = (kind: string, { metadata, spec, status }: V1Deployment | V1StatefulSet): Rollout => ({
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

/** An autoscaler, with whatever keeps it from scaling as its problem. */
export const autoscalerOf = ({ metadata, spec, status }: V2HorizontalPodAutoscaler): Autoscaler => ({
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

/** Our policies select pods by one label; any other rule is shown unchanged. */
export function accessOf({ metadata, spec }: V1NetworkPolicy): AccessPolicy {
  const rules = spec?.ingress ?? []
  return {
    name: metadata?.name ?? '',
    pods: selects(spec?.podSelector),
    from: rules.some(({ _from }) => !_from || _from.length === 0)
      ? null
      : rules.flatMap(({ _from = [] }) => _from.map((peer) => peer.podSelector?.matchLabels?.['app'] ?? JSON.stringify(peer))),
  }
}

/** A disruption budget, with its rule in words. */
export function budgetOf({ metadata, spec, status }: V1PodDisruptionBudget): DisruptionBudget {
  const { minAvailable, maxUnavailable } = spec ?? {}
  return {
    name: metadata?.name ?? '',
    pods: selects(spec?.selector),
    rule: minAvailable === undefined ? `at most ${maxUnavailable ?? 1} unavailable` : `at least ${minAvailable} available`,
    healthy: status?.currentHealthy ?? 0,
    allowed: status?.disruptionsAllowed ?? 0,
  }
}

/** The fields of containers that a responder looks for: never the value of a secret, only its reference. */
export function described({ kind, spec }: V1Deployment | V1StatefulSet): { field: string; value: string }[] {
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
    ['runs only on nodes with', pairs(spec?.template.spec?.nodeSelector, '=')],
    ['label sidecar.istio.io/inject', spec?.template.metadata?.labels?.['sidecar.istio.io/inject']],
    ...(spec?.template.spec?.hostAliases ?? []).map(({ ip, hostnames }) => ['host alias', `${(hostnames ?? []).join(' ')} is ${ip}`]),
    ...(spec?.template.spec?.initContainers ?? []).map(({ name, command, args }) => [
      `init container ${name}`,
      [...(command ?? []), ...(args ?? [])].join(' ').slice(0, 300),
    ]),
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

/** Whether a pod gets requests. */
export const isReady = ({ status }: V1Pod): boolean =>
  (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True')

/** A pod as `kubectl get pods` tells of it, with the reason where it is in trouble. */
export function podStatus({ metadata, status }: V1Pod): PodStatus {
  const containers = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => name === 'istio-proxy'),
  ]
  const unscheduled = (status?.conditions ?? []).filter(({ type, status: is }) => type === 'PodScheduled' && is === 'False')
  // For init containers: the one that the pod is at.
  const first = (status?.initContainerStatuses ?? []).filter(({ name, state }) => name !== 'istio-proxy' && state?.running)
  const trouble = containers.flatMap(
    ({ state, lastState }) => state?.waiting?.reason ?? state?.terminated?.reason ?? lastState?.terminated?.reason ?? [],
  )
  return {
    name: metadata?.name ?? '',
    app: metadata?.labels?.['app'] ?? '',
    phase: metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ready: `${containers.filter(({ ready }) => ready).length}/${containers.length}`,
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    reason: unscheduled[0]?.reason ?? (first[0] ? `Init:${first[0].name}` : (trouble[0] ?? '')),
    ageSeconds: Math.round((Date.now() - new Date(metadata?.creationTimestamp ?? Date.now()).getTime()) / 1_000),
  }
}
