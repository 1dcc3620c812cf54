import type { CanaryService, ServiceName } from '../components.ts'

/** One deployment of a service, newest last in a list. */
export interface Deployment {
  service: ServiceName
  version: string
  previous: string | null
  /** ISO 8601. */
  at: string
  by: string
  /** Of an instance beside those that run the service's release, and not in place of them. */
  canary?: 'started' | 'ended' | undefined
}

/** One instance more of a service, with another release: the mesh's policy says who gets it. */
export interface Canary {
  service: CanaryService
  version: string
}

export interface Release {
  version: string
  /** The changelog line that the team wrote when it shipped. */
  notes: string
}

/** Which release of each service runs. */
export interface ReleasesPort {
  list(service: ServiceName): readonly Release[]
  current(service: ServiceName): Promise<string>
  /** The version a fresh range runs. */
  baseline(service: ServiceName): string
  deploy(service: ServiceName, version: string, by: string): Promise<Deployment>
  history(): Promise<Deployment[]>
  /** The canary that runs, of whichever service; null where none does, and where a range lacks `canary`. */
  canary(): Promise<Canary | null>
  /**
   * Starts an instance of a service with another release, or ends the one there is; resolves when its callers know. Policy that routes by
   * release finds it by its version; all other calls are spread over the service's instances.
   */
  setCanary(canary: Canary | null, by: string): Promise<void>
}

/** Settings of the services. */
export interface ConfigPort {
  /** Overrides of a service's environment, on top of the topology's. */
  get(service: ServiceName): Promise<Record<string, string>>
  /**
   * Replaces the overrides and restarts the service when they changed. With `ifAre`, only where they are still those, as they were read: throws
   * `outdated` otherwise.
   */
  set(service: ServiceName, overrides: Record<string, string>, by: string, ifAre?: Record<string, string> | null): Promise<void>
}
