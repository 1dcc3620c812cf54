import type { ServiceName } from '../components.ts'
import type { CacheFault, EdgeFault, IdentityFault, MeshEdge, MeshIdentity, MeshRevision } from '../mesh.ts'

/** The service mesh between the shop's services. */
export interface MeshPort {
  /** The policy in force: Istio resources as YAML documents. */
  policy(): Promise<string>
  /** The policy that a fresh range runs. */
  baseline(): string
  /** Newest last. */
  history(): Promise<MeshRevision[]>
  /**
   * Puts a policy in force at every proxy, without a restart and without a request that fails for it; resolves when it is in force.
   * Throws `bad-request` with the path of what is not carried out here, and leaves everything as it was. With `ifIs`, only where that is still the
   * policy in force, as it was read: throws `outdated` otherwise.
   */
  apply(yaml: string, by: string, ifIs?: string | null): Promise<MeshRevision>
  /**
   * Throws `bad-request` where `apply` would. For what comes from outside: it is read within limits, and beside what else there is to do;
   * `apply` takes it at its word afterwards.
   */
  check(yaml: string): Promise<void>
  /** Back to the policy and the history that a fresh range has. */
  reset(): Promise<void>
  /** Names a service's proxy since it was started last. */
  instance(service: ServiceName): Promise<string>
  faultOn(edge: MeshEdge): Promise<EdgeFault | null>
  faults(): Promise<(MeshEdge & { fault: EdgeFault })[]>
  /** Null takes it out. */
  setFault(edge: MeshEdge, fault: EdgeFault | null): Promise<void>
  /** Null also where a range lacks `cache-proxy`. */
  cacheFault(): Promise<CacheFault | null>
  /** Null takes it out. */
  setCacheFault(fault: CacheFault | null): Promise<void>
  /** Certificates as the proxies hold them. */
  identities(): Promise<MeshIdentity[]>
  /** Renews the certificates of which half the life is over. */
  rotateDue(): Promise<void>
  /** Issues a new certificate to a service's proxy; one with a fault only when asked to. Connections are made again with it. */
  issueIdentity(service: ServiceName, fault?: IdentityFault): Promise<MeshIdentity>
}
