import type {
  AccessPolicy,
  Autoscaler,
  ClusterEvent,
  ClusterService,
  DisruptionBudget,
  ManifestEdit,
  ManifestRef,
  PodStatus,
  Rollout,
} from '../cluster.ts'
import type { ComponentName, ServiceName } from '../components.ts'

/** The cluster that has the shop. */
export interface ClusterPort {
  pods(): Promise<PodStatus[]>
  services(): Promise<ClusterService[]>
  rollouts(): Promise<Rollout[]>
  /** The latest hundred, newest first. */
  events(): Promise<ClusterEvent[]>
  autoscalers(): Promise<Autoscaler[]>
  networkPolicies(): Promise<AccessPolicy[]>
  /** Whether anything comes of them: a cluster takes every policy, and only some network plugins enforce it. */
  enforcesPolicies(): Promise<boolean>
  budgets(): Promise<DisruptionBudget[]>
  /** What a component's workload asks of the cluster, as `kubectl describe` would have it; no secret. */
  describe(name: ComponentName): Promise<{ field: string; value: string }[]>
  /** Changes that `edit` made and `sync` has not undone. */
  edits(): Promise<ManifestEdit[]>
  edit(edit: ManifestEdit): Promise<void>
  /** Brings an object back to its manifest; takes away one that has none. */
  sync(ref: ManifestRef): Promise<void>
  /** Objects, by kind and name, that somebody has changed with a client of their own. */
  handmade(): Promise<string[]>
  /** Brings these back to their manifests. */
  undoHandmade(): Promise<void>
  /** How many pods the namespace may have; null for no limit. */
  quota(): Promise<number | null>
  setQuota(pods: number | null): Promise<void>
  /** Ends a service's pods; its workload makes new ones. */
  deletePods(service: ServiceName): Promise<void>
  /** Services whose database password is not the one that the range was made with. */
  rotated(): Promise<ServiceName[]>
  /** Gives a service's database role and its Secret a new password, and ends the role's sessions: pods have it once they restart. */
  rotateCredential(service: ServiceName): Promise<void>
  /** Back to the password that the range was made with, and pods that have it. */
  restoreCredential(service: ServiceName): Promise<void>
}
