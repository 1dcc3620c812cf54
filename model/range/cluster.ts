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

/** The cluster that the shop runs in. */
export interface ClusterPort {
  pods(): Promise<PodStatus[]>
  services(): Promise<ClusterService[]>
  rollouts(): Promise<Rollout[]>
  /** The latest hundred, newest first. */
  events(): Promise<ClusterEvent[]>
  autoscalers(): Promise<Autoscaler[]>
  networkPolicies(): Promise<AccessPolicy[]>
  /** Whether policies are enforced: a cluster accepts every policy, but only some network plugins enforce them. */
  enforcesPolicies(): Promise<boolean>
  budgets(): Promise<DisruptionBudget[]>
  /** A component's workload, as `kubectl describe` shows it, without secrets. */
  describe(name: ComponentName): Promise<{ field: string; value: string }[]>
  /** Changes by `edit` that `sync` has not undone. */
  edits(): Promise<ManifestEdit[]>
  edit(edit: ManifestEdit): Promise<void>
  /** Resets an object to its manifest; deletes one that has none. */
  sync(ref: ManifestRef): Promise<void>
  /** Objects, by kind and name, that somebody has changed with a client other than `edit`. */
  handmade(): Promise<string[]>
  /** Resets these to their manifests. */
  undoHandmade(): Promise<void>
  /** The limit on pods in the namespace; null for no limit. */
  quota(): Promise<number | null>
  setQuota(pods: number | null): Promise<void>
  /** Deletes a service's pods; its workload creates new ones. */
  deletePods(service: ServiceName): Promise<void>
  /** Services whose database password differs from the one that the range was created with. */
  rotated(): Promise<ServiceName[]>
  /** Gives a service's database role and its Secret a new password, and ends the role's sessions: pods have it once they restart. */
  rotateCredential(service: ServiceName): Promise<void>
  /** Resets the password to the one that the range was created with, and restarts the pods with it. */
  restoreCredential(service: ServiceName): Promise<void>
}
