import type { Backups } from './backups.ts'
import type { ComponentStatus } from './components.ts'
import type { ClusterPort } from './range/cluster.ts'
import type { CachePort, DatabasePort } from './range/datastores.ts'
import type { RangeFeature } from './range/features.ts'
import type { JobsPort } from './range/jobs.ts'
import type { FlagsPort } from './range/flags.ts'
import type { LoadPort } from './range/load.ts'
import type { MeshPort } from './range/mesh.ts'
import type { MonitoringPort } from './range/monitoring.ts'
import type { ProcessesPort } from './range/processes.ts'
import type { QueuePort } from './range/queue.ts'
import type { ConfigPort, ReleasesPort } from './range/releases.ts'
import type { ReplicaPort } from './range/replica.ts'
import type { VolumesPort } from './range/volumes.ts'

// What a port has no values of is loaded by nobody.
export type * from './backups.ts'
export * from './cluster.ts'
export type * from './range/cluster.ts'
export type * from './range/datastores.ts'
export * from './range/features.ts'
export type * from './range/flags.ts'
export type * from './range/jobs.ts'
export * from './range/load.ts'
export type * from './range/mesh.ts'
export type * from './range/monitoring.ts'
export type * from './range/processes.ts'
export type * from './range/queue.ts'
export type * from './range/releases.ts'
export type * from './range/replica.ts'
export * from './range/volumes.ts'

/**
 * Everything through which drills, faults and actions touch a range: a port for each part of it. Each target has its own implementation. Every call
 * has a deadline, and throws `FiredrillError` with a code of the catalogue.
 */
export interface Range {
  /** Features that this range lacks. */
  readonly lacks: readonly RangeFeature[]
  /** The state of each component; with `readiness: false`, only whether its process runs. */
  status(options?: { readiness: boolean }): Promise<ComponentStatus[]>
  readonly processes: ProcessesPort
  readonly releases: ReleasesPort
  readonly config: ConfigPort
  /** Null where services have no file of flags to follow: they have the defaults in their code. */
  readonly flags: FlagsPort | null
  readonly database: DatabasePort
  /** Null if the shop's PostgreSQL cannot be backed up. */
  readonly backups: Backups | null
  /** Null if the shop's PostgreSQL cannot be replicated. */
  readonly replica: ReplicaPort | null
  /** Null where the shop's host cannot mount any. */
  readonly volumes: VolumesPort | null
  readonly cache: CachePort
  readonly queue: QueuePort
  readonly jobs: JobsPort
  readonly load: LoadPort
  readonly mesh: MeshPort
  /** Null if the shop is not in a cluster. */
  readonly cluster: ClusterPort | null
  readonly monitoring: MonitoringPort
}
