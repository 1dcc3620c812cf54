import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { componentNames, serviceNames, type ComponentName, type ComponentStatus, type ServiceName } from '../../model/components.ts'
import {
  usualUsers,
  type Binding,
  type Deployment,
  type FlagChange,
  type LoadMix,
  type ManifestEdit,
  type QueuePolicy,
  type Range,
} from '../../model/range.ts'
import { byRoute } from '../../model/range/queue.ts'
import { baselineFlags, flagChanges } from '../../range/flags.ts'
import { deploymentOf, releasesOf } from '../../range/releases.ts'
import { paperCache, paperDatabase } from './paper-answers.ts'
import { paperBackups } from './paper-backups.ts'
import { paperMesh } from './paper-mesh.ts'
import { paperReplica } from './paper-replica.ts'
import { paperVolumes } from './paper-volumes.ts'
import { mustBeUnchanged } from '../../range/unchanged.ts'

const usualMemory = 384 * 1024 * 1024

/** The state of a simulated range, apart from its mesh. */
interface Told {
  users: number
  deployments: Deployment[]
  canary: Awaited<ReturnType<Range['releases']['canary']>>
  overrides: Partial<Record<ServiceName, Record<string, string>>>
  bindings: Binding[]
  policies: QueuePolicy[]
  brokerLimit: number
  jobs: string[]
  mix: LoadMix
  clocks: Partial<Record<ServiceName, number>>
  edits: ManifestEdit[]
  /** Maximum number of pods in the cluster's namespace; null without a quota. */
  quota: number | null
  rotated: ServiceName[]
  unscraped: ComponentName[]
  rules: string[]
}

const done = async () => {}

/**
 * A simulated range: it stores what is set and returns it, and runs nothing. For drills that are played against the recording of a real one: the
 * effects of actions on users are in the recording, and the actions are in the drill's events.
 */
export function paperRange(root: string, users: number): Range {
  const now: Told = {
    users,
    deployments: [],
    canary: null,
    overrides: {},
    bindings: [],
    policies: [],
    brokerLimit: usualMemory,
    jobs: [],
    mix: { hotShare: 0, bots: 0, rate: 0 },
    clocks: {},
    edits: [],
    quota: null,
    rotated: [],
    rules: [],
    unscraped: [],
  }
  const volumes = paperVolumes()
  return {
    lacks: [],
    status: async () => allRunning(),
    processes: {
      start: done,
      stop: done,
      restart: done,
      signal: done,
      descriptors: async () => ({ limit: 1_024, most: 1_024, open: 40 }),
      limitDescriptors: done,
      clocks: async () => serviceNames.map((service) => ({ service, offsetSeconds: now.clocks[service] ?? 0 })),
      setClock: async (service, offsetSeconds) => void (now.clocks[service] = offsetSeconds),
    },
    releases: paperReleases(now, root),
    config: {
      get: async (service) => now.overrides[service] ?? {},
      async set(service, overrides, _by, ifAre) {
        mustBeUnchanged(`settings of ${service}`, now.overrides[service] ?? {}, ifAre)
        now.overrides[service] = overrides
      },
    },
    flags: paperFlags(root),
    // Each range has its own ports, because tests may replace some.
    database: { ...paperDatabase },
    backups: paperBackups(),
    replica: paperReplica(),
    volumes,
    cache: { ...paperCache },
    queue: paperQueue(now),
    jobs: {
      async start(name, params) {
        const id = `${name}-${String(now.jobs.length).padStart(8, '0')}`
        now.jobs.push(id)
        // An export is waited for.
        const { EXPORT_FILE: file, EXPORT_BYTES: bytes } = params
        if (file) await volumes.write('journal', path.basename(file), Number(bytes))
        return id
      },
      stop: async (id) => void (now.jobs = now.jobs.filter((job) => job !== id)),
      running: async () => now.jobs,
    },
    load: {
      usual: usualUsers,
      status: async () => ({ state: 'running', workers: 0, users: now.users, rps: 20, failRatio: 0, p50Ms: 15, p95Ms: 60 }),
      setUsers: async (count) => void (now.users = count),
      mix: async () => now.mix,
      setMix: async (mix) => void (now.mix = mix),
    },
    mesh: paperMesh(root),
    cluster: paperCluster(now),
    monitoring: {
      extraRules: async () => now.rules,
      setExtraRules: async (name, rules) =>
        void (now.rules = [...now.rules.filter((one) => one !== name), ...(rules === null ? [] : [name])]),
      unscraped: async () => now.unscraped,
      setUnscraped: async (names) => void (now.unscraped = names),
      silences: async () => [],
      expireSilence: done,
    },
  }
}

function paperReleases(now: Told, root: string): Range['releases'] {
  const known = new Map<ServiceName, ReturnType<typeof releasesOf>>()
  const of = (service: ServiceName) => {
    const listed = known.get(service) ?? releasesOf(root, service)
    known.set(service, listed)
    return listed
  }
  const current = (service: ServiceName) => now.deployments.findLast((one) => one.service === service)?.version ?? of(service).baseline
  return {
    list: (service) => of(service).releases,
    baseline: (service) => of(service).baseline,
    current: async (service) => current(service),
    async deploy(service, version, by) {
      // On the drill's clock.
      const at = new Date(Date.now()).toISOString()
      const deployment = { ...deploymentOf(root, service, version, current(service), by), at }
      now.deployments.push(deployment)
      return deployment
    },
    history: async () => now.deployments,
    canary: async () => now.canary,
    setCanary: async (canary) => void (now.canary = canary),
  }
}

function paperFlags(root: string): NonNullable<Range['flags']> {
  let now: { text: string; changes: FlagChange[] } | null = null
  const baseline = () => baselineFlags(root)
  const read = () => now?.text ?? baseline()
  return {
    read: async () => read(),
    baseline,
    history: async () => now?.changes ?? [],
    async apply(text, by, ifIs) {
      mustBeUnchanged('feature flags', read(), ifIs)
      const changes = flagChanges(read(), text, by)
      now = { text, changes: [...(now?.changes ?? []), ...changes] }
      return changes
    },
    reset: async () => void (now = null),
  }
}

function paperQueue(now: Told): Range['queue'] {
  return {
    status: async (name) => ({ name, ready: 0, consumers: 1 }),
    publish: done,
    peek: async () => [],
    purge: async () => 0,
    move: async (_from, _to, _limit, accept) =>
      accept?.({ messageId: 'm', redelivered: true, body: '{}', headers: {} }) === false ? 0 : 1,
    bindings: async () => now.bindings.toSorted(byRoute),
    bind: async ({ exchange, queue, key }) => {
      const binding: Binding = { exchange, queue, key }
      now.bindings = [...now.bindings.filter((one) => !isDeepStrictEqual(one, binding)), binding]
    },
    unbind: async (binding) => void (now.bindings = now.bindings.filter((one) => !isDeepStrictEqual(one, binding))),
    policies: async () => now.policies.toSorted((a, b) => a.name.localeCompare(b.name)),
    setPolicy: async (policy) => void (now.policies = [...now.policies.filter(({ name }) => name !== policy.name), policy]),
    removePolicy: async (name) => void (now.policies = now.policies.filter((policy) => policy.name !== name)),
    memory: async () => ({ limitBytes: now.brokerLimit, usualLimitBytes: usualMemory, usedBytes: 100_000_000, alarms: [] }),
    limitMemory: async (bytes) => void (now.brokerLimit = bytes ?? usualMemory),
  }
}

function paperCluster(now: Told): NonNullable<Range['cluster']> {
  return {
    pods: async () => [],
    services: async () => [],
    rollouts: async () => [],
    events: async () => [],
    autoscalers: async () =>
      now.edits
        .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
        .map(({ name }) => ({ name, min: 1, max: 1, current: 1, desired: 1, problem: '' })),
    networkPolicies: async () => [{ name: 'rabbitmq', pods: 'app=rabbitmq', from: ['agent', 'orders', 'fulfilment'] }],
    enforcesPolicies: async () => true,
    budgets: async () => [],
    describe: async () => [],
    edits: async () => now.edits,
    edit: async (edit) => void (now.edits = [...now.edits.filter((other) => !isDeepStrictEqual(other, edit)), edit]),
    sync: async ({ kind, name }) => void (now.edits = now.edits.filter((edit) => edit.kind !== kind || edit.name !== name)),
    handmade: async () => [],
    undoHandmade: done,
    quota: async () => now.quota,
    setQuota: async (pods) => void (now.quota = pods),
    deletePods: done,
    rotated: async () => now.rotated,
    rotateCredential: async (service) => void (now.rotated = [...new Set([...now.rotated, service])]),
    restoreCredential: async (service) => void (now.rotated = now.rotated.filter((other) => other !== service)),
  }
}

/** Every component of a range on one host, running and healthy. */
export const allRunning = (): ComponentStatus[] =>
  componentNames
    .filter((name) => name !== 'canary' && name !== 'agent')
    .map((name) => ({ name, state: 'running', healthy: true, pid: 1, ports: {}, memoryBytes: null }))
