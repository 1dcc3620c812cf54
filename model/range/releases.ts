import type { CanaryService, ServiceName } from '../components.ts'

/** One deployment of a service, newest last in a list. */
export interface Deployment {
  service: ServiceName
  version: string
  previous: string | null
  /** ISO 8601. */
  at: string
  by: string
  /** Whether it is a canary, which runs beside the instances of the service's release. */
  canary?: 'started' | 'ended' | undefined
}

/** One more instance of a service, with another release; the mesh's policy decides which calls go to it. */
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
  /** The version that a fresh range runs. */
  baseline(service: ServiceName): string
  deploy(service: ServiceName, version: string, by: string): Promise<Deployment>
  history(): Promise<Deployment[]>
  /** The running canary, of any service; null without one, and if the range lacks `canary`. */
  canary(): Promise<Canary | null>
  /**
   * Starts an instance of a service with another release, or stops the existing one; resolves when its callers know. Policy that routes by release
   * selects it by its version; all other calls are spread over all instances of the service.
   */
  setCanary(canary: Canary | null, by: string): Promise<void>
}

/** Settings of the services. */
export interface ConfigPort {
  /** Overrides of a service's environment, on top of the topology's. */
  get(service: ServiceName): Promise<Record<string, string>>
  /**
   * Replaces the overrides, and restarts the service if they changed. With `ifAre`, only if those are still the current ones; throws `outdated`
   * otherwise.
   */
  set(service: ServiceName, overrides: Record<string, string>, by: string, ifAre?: Record<string, string> | null): Promise<void>
}
