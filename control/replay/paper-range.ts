import { componentNames, serviceNames, type ComponentStatus, type ServiceName } from '../../model/components.ts'
import type { EdgeFault, MeshEdge, MeshRevision } from '../../model/mesh.ts'
import { usualUsers, type Binding, type Deployment, type LoadMix, type ManifestEdit, type Range } from '../../model/range.ts'
import { baselinePolicy } from '../../range/mesh/files.ts'
import { readForeignPolicy } from '../../range/mesh/policy-reader.ts'
import { deploymentOf, releasesOf } from '../../range/releases.ts'

const usualMemory = 384 * 1024 * 1024

/**
 * A range on paper: it keeps what it is told and tells it again, and nothing runs. For drills that are played against the recording of a
 * real one: what their actions do to users is in the recording, and what they did is in the drill's events.
 */
export function paperRange(root: string, users: number): Range {
  const now = fresh(users)
  const current = (service: ServiceName) =>
    now.deployments.findLast((one) => one.service === service)?.version ?? releasesOf(root, service).baseline
  const revise = (yaml: string, by: string): MeshRevision => {
    const revision = { revision: now.revisions.length + 1, at: new Date().toISOString(), by, yaml }
    now.revisions.push(revision)
    return revision
  }
  const done = async () => {}
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
    },
    releases: {
      list: (service) => releasesOf(root, service).releases,
      baseline: (service) => releasesOf(root, service).baseline,
      current: async (service) => current(service),
      async deploy(service, version, by) {
        const deployment = deploymentOf(root, service, version, current(service), by)
        now.deployments.push(deployment)
        return deployment
      },
      history: async () => now.deployments,
      canary: async () => now.canary,
      setCanary: async (canary) => void (now.canary = canary),
    },
    config: {
      get: async (service) => now.overrides[service] ?? {},
      set: async (service, overrides) => void (now.overrides[service] = overrides),
    },
    database: {
      async query<Row extends Record<string, unknown>>(sql: string) {
        // Whoever lists sessions finds one that blocks another; whoever ends one is told whose it was.
        const rows = /pg_terminate_backend/.test(sql)
          ? [{ application: 'stock-audit', ended: true }]
          : /pg_blocking_pids/.test(sql)
            ? [
                { pid: 4_711, application: 'stock-audit', blocked_by: null },
                { pid: 4_712, application: 'inventory', blocked_by: '4711' },
              ]
            : []
        // Safe: only what reads these columns asks so.
        return rows as unknown as Row[]
      },
    },
    cache: {
      async command(name, ...args) {
        // In the shapes in which Redis answers: what reads them is the real thing.
        if (name === 'CONFIG') return [args[1], '0']
        if (name === 'ACL') return args[0] === 'LIST' ? ['user default on nopass ~* &* +@all'] : 'OK'
        if (name === 'EVAL') return []
        if (name === 'MGET') return args.map(() => null)
        if (name === 'SCAN') return ['0', []]
        return name === 'DBSIZE' ? 1_000 : 'OK'
      },
    },
    queue: {
      status: async (name) => ({ name, ready: 0, consumers: 1 }),
      publish: done,
      peek: async () => [],
      purge: async () => 0,
      move: async (_from, _to, _limit, accept) =>
        accept?.({ messageId: 'm', redelivered: true, body: '{}', headers: {} }) === false ? 0 : 1,
      bindings: async () => now.bindings,
      bind: async (binding) => void now.bindings.push(binding),
      unbind: async (binding) => void (now.bindings = now.bindings.filter((one) => JSON.stringify(one) !== JSON.stringify(binding))),
      memory: async () => ({ limitBytes: now.brokerLimit, usualLimitBytes: usualMemory, usedBytes: 100_000_000, alarms: [] }),
      limitMemory: async (bytes) => void (now.brokerLimit = bytes ?? usualMemory),
    },
    jobs: {
      async start(name) {
        const id = `${name}-${String(now.jobs.length).padStart(8, '0')}`
        now.jobs.push(id)
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
    mesh: {
      policy: async () => now.revisions.at(-1)?.yaml ?? baselinePolicy(root),
      baseline: () => baselinePolicy(root),
      history: async () => [{ revision: 0, at: '', by: 'firedrill', yaml: baselinePolicy(root) }, ...now.revisions],
      apply: async (yaml, by) => revise(yaml, by),
      check: async (yaml) => void (await readForeignPolicy(yaml)),
      reset: async () => void (now.revisions = []),
      instance: async (service) => `${service}-proxy`,
      faultOn: async ({ from, to }) => now.edges.find((one) => one.from === from && one.to === to)?.fault ?? null,
      faults: async () => now.edges,
      async setFault({ from, to }, fault) {
        now.edges = now.edges.filter((one) => one.from !== from || one.to !== to)
        if (fault) now.edges.push({ from, to, fault })
      },
      cacheFault: async () => null,
      setCacheFault: done,
      identities: async () => serviceNames.map(identity),
      rotateDue: done,
      issueIdentity: async (service) => identity(service),
    },
    cluster: {
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
      edit: async (edit) => void now.edits.push(edit),
      sync: async ({ kind, name }) => void (now.edits = now.edits.filter((edit) => edit.kind !== kind || edit.name !== name)),
      quota: async () => null,
      setQuota: done,
      deletePods: done,
      rotated: async () => [],
      rotateCredential: done,
      restoreCredential: done,
    },
    monitoring: {
      extraRules: async () => now.rules,
      setExtraRules: async (name, rules) =>
        void (now.rules = [...now.rules.filter((one) => one !== name), ...(rules === null ? [] : [name])]),
      unscraped: async () => [],
      setUnscraped: done,
      silences: async () => [],
      expireSilence: done,
    },
  }

  function fresh(count: number) {
    return {
      users: count,
      deployments: [] as Deployment[],
      canary: null as Awaited<ReturnType<Range['releases']['canary']>>,
      overrides: {} as Partial<Record<ServiceName, Record<string, string>>>,
      bindings: [] as Binding[],
      brokerLimit: usualMemory,
      jobs: [] as string[],
      mix: { hotShare: 0, bots: 0, rate: 0 } as LoadMix,
      revisions: [] as MeshRevision[],
      edits: [] as ManifestEdit[],
      edges: [] as (MeshEdge & { fault: EdgeFault })[],
      rules: [] as string[],
    }
  }
}

/** Every part of a range on one host, up and well. */
export const allRunning = (): ComponentStatus[] =>
  componentNames
    .filter((name) => name !== 'canary' && name !== 'agent')
    .map((name) => ({ name, state: 'running', healthy: true, pid: 1, ports: {}, memoryBytes: null }))

const identity = (service: ServiceName) => ({
  service,
  spiffeId: `spiffe://firedrill/ns/shop/sa/${service}`,
  issuer: 'firedrill',
  serial: '01',
  notBefore: new Date(0).toISOString(),
  notAfter: new Date(8.64e15).toISOString(),
  verified: true,
})
