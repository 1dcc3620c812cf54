import type { CacheFault, EdgeFault, IdentityFault, MeshEdge, MeshIdentity, MeshRevision } from './mesh.ts'
import type {
  PodStatus,
  ClusterService,
  Rollout,
  ClusterEvent,
  ManifestRef,
  ManifestEdit,
  Autoscaler,
  AccessPolicy,
  DisruptionBudget,
} from './cluster.ts'
import type { Silence } from './silence.ts'
import type { CanaryService, ComponentName, ComponentStatus, ServiceName } from './components.ts'

export * from './cluster.ts'

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

export interface LoadStatus {
  /** Processes that the users are in, when they are spread over several; 0 when Locust has them all in its own. */
  workers: number
  state: 'ready' | 'spawning' | 'running' | 'cleanup' | 'stopping' | 'stopped' | 'missing'
  users: number
  rps: number
  /** Share of requests that failed, 0–1; of the last ten seconds, as the rest. */
  failRatio: number
  p50Ms: number | null
  p95Ms: number | null
}

/** Users that a range has by itself, and that scenarios are written for. */
export const usualUsers = 30

/** With whose precedence a job runs: the shop's, or that of what watches it. */
export type JobTier = 'shop' | 'watch'

/** Who the users are, beside how many. */
export interface LoadMix {
  /** Share of product views that go to one and the same product, 0–1. */
  hotShare: number
  /** Bots that crawl without pause, beside the users. */
  bots: number
  /** Page views a second beside the users, at an even pace whatever the shop does. */
  rate: number
}

/** A route from an exchange to a queue. */
export interface Binding {
  exchange: string
  queue: string
  key: string
}

/** What the broker applies to queues whose names match, beside what the services declare. */
export interface QueuePolicy {
  name: string
  /** A regular expression. */
  pattern: string
  definition: Record<string, string | number>
}

export interface BrokerMemory {
  /** Bytes above which publishers are blocked. */
  limitBytes: number
  /** What it was started with. */
  usualLimitBytes: number
  usedBytes: number
  /** Resources whose alarm blocks publishers now, such as `memory`. */
  alarms: string[]
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

/** What not every range can do: it depends on where the shop runs. */
export const rangeFeatures = [
  'mesh',
  'mesh-instances',
  'canary',
  'edge-reset',
  'cache-proxy',
  'certificates',
  'descriptors',
  'shared-cpu',
  'cluster',
] as const
export type RangeFeature = (typeof rangeFeatures)[number]

/** Each as it follows "no". */
const featureNames: Readonly<Record<RangeFeature, string>> = {
  mesh: 'service mesh',
  'mesh-instances': 'mesh faults for one instance of a proxy',
  canary: 'canary releases',
  'edge-reset': 'connection resets in the mesh',
  'cache-proxy': 'proxy in front of Redis',
  certificates: 'certificates issued by Firedrill',
  descriptors: 'limits on file descriptors',
  'shared-cpu': 'CPU that all components share',
  cluster: 'cluster',
}

/** What a range lacks, as it follows "the range has": `no service mesh and no cluster`. */
export const featuresInWords = (lacked: readonly RangeFeature[]): string =>
  lacked.map((feature) => `no ${featureNames[feature]}`).join(' and ')

export type ProcessSignal = 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'

/**
 * Everything through which drills, faults and actions touch a range. One implementation for each target; every call has a
 * deadline and throws `FiredrillError` with a code of the catalogue.
 */
export interface Range {
  /** What this range cannot do. */
  readonly lacks: readonly RangeFeature[]
  /** How each component is; `readiness: false` asks none of them, and says only whether its process runs. */
  status(options?: { readiness: boolean }): Promise<ComponentStatus[]>

  readonly processes: {
    start(name: ComponentName): Promise<void>
    stop(name: ComponentName): Promise<void>
    restart(name: ComponentName): Promise<void>
    signal(name: ComponentName, signal: ProcessSignal): Promise<void>
    /** File descriptors that the running process may open, those that it could be given, and those it has open; null when it does not run. */
    descriptors(name: ComponentName): Promise<{ limit: number; most: number; open: number } | null>
    /** Limits them; null lifts the limit as far as the process was started with. A restart forgets it. */
    limitDescriptors(name: ComponentName, limit: number | null): Promise<void>
  }
  readonly releases: {
    list(service: ServiceName): readonly Release[]
    current(service: ServiceName): Promise<string>
    /** The version a fresh range runs. */
    baseline(service: ServiceName): string
    deploy(service: ServiceName, version: string, by: string): Promise<Deployment>
    history(): Promise<Deployment[]>
    /** The canary that runs, of whichever service; null where none does. */
    canary(): Promise<Canary | null>
    /**
     * Starts an instance of a service with another release, or ends the one there is; resolves when its callers know. Policy that routes by
     * release finds it by its version; all other calls are spread over the service's instances.
     */
    setCanary(canary: Canary | null, by: string): Promise<void>
  }
  readonly config: {
    /** Overrides of a service's environment, on top of the topology's. */
    get(service: ServiceName): Promise<Record<string, string>>
    /**
     * Replaces the overrides and restarts the service when they changed. With `ifAre`, only where they are still those, as they were read: throws
     * `outdated` otherwise.
     */
    set(service: ServiceName, overrides: Record<string, string>, by: string, ifAre?: Record<string, string> | null): Promise<void>
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
    /** Routes from named exchanges, sorted. */
    bindings(): Promise<Binding[]>
    bind(binding: Binding): Promise<void>
    unbind(binding: Binding): Promise<void>
    /** By name, sorted. */
    policies(): Promise<QueuePolicy[]>
    setPolicy(policy: QueuePolicy): Promise<void>
    removePolicy(name: string): Promise<void>
    memory(): Promise<BrokerMemory>
    /** Null restores what it was started with. A restart forgets it. Resolves when `memory` tells of it. */
    limitMemory(bytes: number | null): Promise<void>
  }
  /** The shop's maintenance jobs: programs that people of the shop run by hand. */
  readonly jobs: {
    /** By itself with the precedence of the shop; `watch` is that of the monitor. In a cluster, pods have what they request. */
    start(name: string, params: Record<string, string>, tier?: JobTier): Promise<string>
    stop(id: string): Promise<void>
    running(): Promise<string[]>
  }
  readonly load: {
    /** Users that this range has when nobody asked for another number; scenarios say theirs as if it were thirty. */
    readonly usual: number
    status(): Promise<LoadStatus>
    /** Resolves when that many are there. */
    setUsers(users: number): Promise<void>
    mix(): Promise<LoadMix>
    setMix(mix: LoadMix): Promise<void>
  }
  /** The service mesh between the shop's services. */
  readonly mesh: {
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
    cacheFault(): Promise<CacheFault | null>
    /** Null takes it out. */
    setCacheFault(fault: CacheFault | null): Promise<void>
    /** Certificates as the proxies hold them. */
    identities(): Promise<MeshIdentity[]>
    /** Renews the certificates of which half the life is over. */
    rotateDue(): Promise<void>
    /** Issues a new certificate to a service's proxy; one with a fault only when asked to. Connections are made anew with it. */
    issueIdentity(service: ServiceName, fault?: IdentityFault): Promise<MeshIdentity>
  }
  /** The cluster that has the shop; null where none has. */
  readonly cluster: null | {
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
    /** Gives a service's database role and its Secret a new password, and ends the role's sessions: pods have it once they start anew. */
    rotateCredential(service: ServiceName): Promise<void>
    /** Back to the password that the range was made with, and pods that have it. */
    restoreCredential(service: ServiceName): Promise<void>
  }
  /** The range's Prometheus, as whoever configures it. */
  readonly monitoring: {
    /** Alerting rules beside the range's own, by the name of their file: YAML of a Prometheus rule file. */
    extraRules(): Promise<string[]>
    /** Adds or replaces them; null takes them out. */
    setExtraRules(name: string, rules: string | null): Promise<void>
    /** Components that are not scraped although they could be. */
    unscraped(): Promise<ComponentName[]>
    setUnscraped(names: ComponentName[]): Promise<void>
    /** Silences of its Alertmanager that are in force, or will be; by whatever way they were made. */
    silences(): Promise<Silence[]>
    expireSilence(id: string): Promise<void>
  }
}
