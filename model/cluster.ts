import type { ComponentName } from './components.ts'

/** One pod of the shop, as `kubectl get pods` shows it. */
export interface PodStatus {
  name: string
  app: string
  phase: string
  /** Ready containers of all containers: `2/2`. */
  ready: string
  restarts: number
  /** Why it is waiting, or how its container last ended; empty when there is no problem. */
  reason: string
  ageSeconds: number
}

/** One Service of the shop, and the pods behind it. */
export interface ClusterService {
  name: string
  /** `app=orders` */
  selector: string
  /** `8080→8080`, or several. */
  ports: string
  /** Its pods that are ready. */
  endpoints: number
}

/** The rollout of one workload of the shop, as `kubectl rollout status` shows it. */
export interface Rollout {
  name: string
  /** `Deployment` or `StatefulSet`. */
  kind: string
  /** Pods that it should have, that have its latest version, and that are ready. */
  wanted: number
  updated: number
  ready: number
  /** Why it is stuck, by its own conditions; empty when there is no problem. */
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

/** Objects of the shop that may be changed by hand, and reset to their manifests. */
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

/** A change of an object that its manifest does not have. */
export interface ManifestEdit extends ManifestRef {
  /** As a strategic merge patch; the whole object if there was none before. */
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

/** Who may open connections to some pods of the shop, by one NetworkPolicy. */
export interface AccessPolicy {
  name: string
  /** `app=rabbitmq`; empty for all pods. */
  pods: string
  /** Apps that it allows; null for all. */
  from: string[] | null
}

/** How many pods may be evicted at a time, by one PodDisruptionBudget. */
export interface DisruptionBudget {
  name: string
  /** `app=redis` */
  pods: string
  /** `at least 1 available` */
  rule: string
  healthy: number
  /** Evictions that would be allowed now. */
  allowed: number
}
