import type { ComponentName, ComponentStatus, ServiceName, ShopComponentName } from './components.ts'

/** One deployment of a service, newest last in a list. */
export interface Deployment {
  service: ServiceName
  version: string
  previous: string | null
  /** ISO 8601. */
  at: string
  by: string
}

export interface Release {
  version: string
  /** The changelog line that the team wrote when it shipped. */
  notes: string
}

export interface LoadStatus {
  state: 'ready' | 'spawning' | 'running' | 'cleanup' | 'stopping' | 'stopped' | 'missing'
  users: number
  rps: number
  /** Share of requests that failed, 0–1. */
  failRatio: number
  p50Ms: number | null
  p95Ms: number | null
}

export interface QueueStatus {
  name: string
  ready: number
  consumers: number
}

export interface QueueMessage {
  messageId: string | null
  redelivered: boolean
  /** The body as text, shortened to 2,000 characters. */
  body: string
  headers: Record<string, unknown>
}

export type ProcessSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

/**
 * Everything through which drills, faults and actions touch a range. One implementation for each target; every call has a
 * deadline and throws `FiredrillError` with a code of the catalogue.
 */
export interface Range {
  status(): Promise<ComponentStatus[]>

  readonly processes: {
    start(name: ComponentName): Promise<void>
    stop(name: ComponentName): Promise<void>
    restart(name: ComponentName): Promise<void>
    signal(name: ComponentName, signal: ProcessSignal): Promise<void>
  }
  readonly releases: {
    list(service: ServiceName): readonly Release[]
    current(service: ServiceName): Promise<string>
    /** The version a fresh range runs. */
    baseline(service: ServiceName): string
    deploy(service: ServiceName, version: string, by: string): Promise<Deployment>
    history(): Promise<Deployment[]>
  }
  readonly config: {
    /** Overrides of a service's environment, on top of the topology's. */
    get(service: ServiceName): Promise<Record<string, string>>
    /** Replaces the overrides and restarts the service when they changed. */
    set(service: ServiceName, overrides: Record<string, string>, by: string): Promise<void>
  }
  /** The shop's PostgreSQL, as its administrator. */
  readonly database: {
    query<Row extends Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
  }
  /** The shop's Redis. */
  readonly cache: {
    command(name: string, ...args: string[]): Promise<unknown>
  }
  /** The shop's RabbitMQ. */
  readonly queue: {
    status(queue: string): Promise<QueueStatus>
    publish(queue: string, body: string, headers?: Record<string, string>): Promise<void>
    /** Looks at up to `limit` messages at the head without consuming them. */
    peek(queue: string, limit: number): Promise<QueueMessage[]>
    purge(queue: string): Promise<number>
    /** Looks at up to `limit` messages at the head, and moves those accepted to another queue (null: to nowhere); returns how many. */
    move(from: string, to: string | null, limit: number, accept?: (message: QueueMessage) => boolean): Promise<number>
  }
  /** The shop's maintenance jobs: programs that people of the shop run by hand. */
  readonly jobs: {
    start(name: string, params: Record<string, string>): Promise<string>
    stop(id: string): Promise<void>
    running(): Promise<string[]>
  }
  readonly load: {
    status(): Promise<LoadStatus>
    setUsers(users: number): Promise<void>
  }
}

/** Components that hold messages or rows are stopped gently and last. */
export type Restartable = ShopComponentName
