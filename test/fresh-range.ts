import assert from 'node:assert/strict'
import path from 'node:path'
import { allRunning, paperRange } from '../control/replay/paper-range.ts'
import { confirmedBinding } from '../drills/queue-name.ts'
import { redisDefaults } from '../drills/cache-settings.ts'
import type { ComponentStatus, ServiceName } from '../model/components.ts'
import type { CacheFault, IdentityFault } from '../model/mesh.ts'
import type { Binding, ProcessSignal, Range } from '../model/range.ts'
import type { Silence } from '../model/silence.ts'

const root = path.join(import.meta.dirname, '..')

const bindings: Binding[] = [
  confirmedBinding,
  { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.fulfilled' },
  { exchange: 'orders.dead', queue: 'orders.fulfilment.dead', key: '' },
]
const silence = { id: 's', comment: 'quiet', createdBy: 'Robin', matchers: [] } as unknown as Silence

const after: Record<ProcessSignal, ComponentStatus['state']> = { SIGCONT: 'running', SIGSTOP: 'suspended', SIGKILL: 'exited' }

/** A simulated Redis in its initial state, which stores its settings. */
function cacheOf(): Range['cache'] & { keys: Map<string, string>; users: Map<string, string> } {
  const settings = new Map(Object.entries(redisDefaults))
  const usual = 'on sanitize-payload nopass ~* &* +@all'
  const users = new Map([['default', usual]])
  const keys = new Map<string, string>()
  return {
    keys,
    users,
    async command(name, ...args) {
      const [first = '', second = '', third = ''] = args
      switch (`${name} ${first}`) {
        case 'CONFIG GET':
          return [second, settings.get(second)]
        case 'CONFIG SET':
          return settings.set(second, third)
        case 'ACL LIST':
          return [...users].map(([user, rights]) => `user ${user} ${rights}`)
        case 'ACL SETUSER':
          return users.set(second, args.includes('+@all') ? usual : third)
        case 'ACL DELUSER':
          return args.slice(1).forEach((user) => users.delete(user))
      }
      if (name === 'EVAL') return [...keys.keys()]
      if (name === 'DEL') return args.forEach((key) => keys.delete(key))
      if (name === 'MGET') return args.map((key) => keys.get(key) ?? null)
      if (name === 'FLUSHALL') keys.clear()
      return 'OK'
    },
  }
}

/** A simulated fresh range: it also stores the state of components, the cache, certificates, silences and the cluster. */
export function freshRange() {
  const range = paperRange(root, 30)
  const cache = cacheOf()
  const states: Record<string, ComponentStatus['state']> = {}
  let dead = 0
  let [fault, silences, limit]: [CacheFault | null, Silence[], number] = [null, [], 1_024]
  const refused = new Set<string>()
  Object.assign(range, { cache, status: async () => allRunning().map((one) => ({ ...one, state: states[one.name] ?? one.state })) })
  Object.assign(range.processes, {
    start: async (name: string) => void (states[name] = states[name] === 'suspended' ? 'suspended' : 'running'),
    signal: async (name: string, signal: ProcessSignal) => void (states[name] = after[signal]),
    descriptors: async () => ({ limit, most: 1_024, open: 40 }),
    limitDescriptors: async (_name: string, to: number | null) => void (limit = to ?? 1_024),
  })
  const { status } = range.queue
  Object.assign(range.queue, {
    status: async (name: string) => ({ ...(await status(name)), ready: name === 'orders.fulfilment.dead' ? dead : 7 }),
    purge: async (name: string) => void (dead = name === 'orders.fulfilment.dead' ? 0 : dead),
  })
  for (const binding of bindings) void range.queue.bind(binding)
  const { identities, issueIdentity } = range.mesh
  Object.assign(range.mesh, {
    cacheFault: async () => fault,
    setCacheFault: async (to: CacheFault | null) => void (fault = to),
    identities: async () => (await identities()).map((one) => ({ ...one, verified: !refused.has(one.service) })),
    async issueIdentity(service: ServiceName, flaw?: IdentityFault) {
      if (flaw) refused.add(service)
      else refused.delete(service)
      return issueIdentity(service)
    },
  })
  Object.assign(range.monitoring, {
    silences: async () => silences,
    expireSilence: async (id: string) => void (silences = silences.filter((one) => one.id !== id)),
  })
  const shop = range.cluster
  assert.ok(shop)
  const cluster: { quota: number | null; handmade: string[]; rotated: string[] } = { quota: null, handmade: [], rotated: [] }
  Object.assign(shop, {
    quota: async () => cluster.quota,
    setQuota: async (pods: number | null) => void (cluster.quota = pods),
    handmade: async () => cluster.handmade,
    undoHandmade: async () => void (cluster.handmade = []),
    rotated: async () => cluster.rotated,
    rotateCredential: async (service: string) => void cluster.rotated.push(service),
    restoreCredential: async (service: string) => void (cluster.rotated = cluster.rotated.filter((one) => one !== service)),
  })
  return {
    range,
    cache,
    shop,
    states,
    cluster,
    setDead: (count: number) => void (dead = count),
    setLimit: (to: number) => void (limit = to),
    refuse: (service: string) => void refused.add(service),
    silence: () => void (silences = [silence]),
  }
}
