import type { ComponentName } from './components.ts'

/** One pod of the shop, as `kubectl get pods` would have it. */
export interface PodStatus {
  name: string
  app: string
  phase: string
  /** Containers that are ready, of all: `2/2`. */
  ready: string
  restarts: number
  /** Why it waits, or how its container ended last; empty when there is no problem. */
  reason: string
  ageSeconds: number
}

/** One Service of the shop, and who is behind it. */
export interface ClusterService {
  name: string
  /** `app=orders` */
  selector: string
  /** `8080→8080`, or several. */
  ports: string
  /** Pods that it leads to and that are ready. */
  endpoints: number
}

/** One workload of the shop on its way from one version of its manifest to another, as `kubectl rollout status` would have it. */
export interface Rollout {
  name: string
  /** `Deployment` or `StatefulSet`. */
  kind: string
  /** Pods that it is to have, that have its latest version, and that are ready. */
  wanted: number
  updated: number
  ready: number
  /** Why it does not go on, by its own conditions; empty when there is no problem. */
  problem: string
}

export interface ClusterEvent {
  /** ISO 8601. */
  at: string
  type: string
  reason: string
  object: string
  message: string
}

/** What of the shop's objects may be changed by hand, and brought back to their manifests. */
export const manifestKinds = [
  'Deployment',
  'Service',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Sidecar',
] as const
export type ManifestKind = (typeof manifestKinds)[number]

export interface ManifestRef {
  kind: ManifestKind
  name: ComponentName
}

/** A change of an object that its manifest does not know of. */
export interface ManifestEdit extends ManifestRef {
  /** As a strategic merge patch; the whole object where there is none yet. */
  patch: Record<string, unknown>
}

/** One HorizontalPodAutoscaler of the shop. */
export interface Autoscaler {
  name: string
  min: number
  max: number
  current: number
  desired: number
  /** Why it does not scale, by its own conditions; empty when there is no problem. */
  problem: string
}

/** Who may open connections to some pods of the shop, as one NetworkPolicy has it. */
export interface AccessPolicy {
  name: string
  /** `app=rabbitmq`; empty for all pods. */
  pods: string
  /** Apps that it lets in; null for everybody. */
  from: string[] | null
}

/** How many pods may go at a time when somebody asks for it politely, as one PodDisruptionBudget has it. */
export interface DisruptionBudget {
  name: string
  /** `app=redis` */
  pods: string
  /** `at least 1 available` */
  rule: string
  healthy: number
  /** Evictions that would be granted now. */
  allowed: number
}
