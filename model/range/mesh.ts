import type { ServiceName } from '../components.ts'
import type { CacheFault, EdgeFault, IdentityFault, MeshEdge, MeshIdentity, MeshRevision } from '../mesh.ts'

/** The service mesh between the shop's services. */
export interface MeshPort {
  /** The active policy: Istio resources as YAML documents. */
  policy(): Promise<string>
  /** The policy of a fresh range. */
  baseline(): string
  /** Newest last. */
  history(): Promise<MeshRevision[]>
  /**
   * Applies a policy at every proxy, without a restart and without failed requests; resolves when it is active. Throws `bad-request` with the path of
   * a field that is not supported here, and changes nothing then. With `ifIs`, applies it only if that is still the active policy; throws `outdated`
   * otherwise.
   */
  apply(yaml: string, by: string, ifIs?: string | null): Promise<MeshRevision>
  /**
   * Throws `bad-request` if `apply` would. For untrusted input: it is parsed within limits, and without blocking other work; `apply` does not check
   * it again.
   */
  check(yaml: string): Promise<void>
  /** Restores the policy and the history of a fresh range. */
  reset(): Promise<void>
  /** An id of a service's proxy that changes with each start. */
  instance(service: ServiceName): Promise<string>
  faultOn(edge: MeshEdge): Promise<EdgeFault | null>
  faults(): Promise<(MeshEdge & { fault: EdgeFault })[]>
  /** Null removes it. */
  setFault(edge: MeshEdge, fault: EdgeFault | null): Promise<void>
  /** Null also if the range lacks `cache-proxy`. */
  cacheFault(): Promise<CacheFault | null>
  /** Null removes it. */
  setCacheFault(fault: CacheFault | null): Promise<void>
  /** The certificates that the proxies hold. */
  identities(): Promise<MeshIdentity[]>
  /** Renews the certificates that are past half of their life. */
  rotateDue(): Promise<void>
  /** Issues a new certificate to a service's proxy, with a defect only on request. Its connections are opened again with it. */
  issueIdentity(service: ServiceName, fault?: IdentityFault): Promise<MeshIdentity>
}
