import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { Binding, Range } from '../../model/range.ts'
import { freshRange } from '../../test/fresh-range.ts'
import { confirmedBinding } from '../queue-name.ts'
import { resources } from './registry.ts'
import type { Resource } from './resource.ts'

const fresh = { users: 30 }
const ofId = (id: string): Resource => {
  const found = resources.find((resource) => resource.id === id)
  assert.ok(found, id)
  return found
}
const differs = async (id: string, range: Range) => ofId(id).differs(await ofId(id).read(range), range, fresh)
const restore = async (id: string, range: Range) => ofId(id).restore(range, await ofId(id).read(range), fresh)

const stray: Binding = { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.confirmed' }
type Prepared = ReturnType<typeof freshRange>

/** A change of a range, and how it is reported. */
const table: [id: string, what: string, disturb: (set: Prepared) => unknown, detail: RegExp][] = [
  [
    'queue-bindings',
    'a route is missing',
    async ({ range }) => range.queue.unbind(confirmedBinding),
    /^missing: orders –order\.confirmed→ orders\.fulfilment$/,
  ],
  [
    'queue-bindings',
    'a route is more',
    async ({ range }) => range.queue.bind(stray),
    /^foreign: orders –order\.confirmed→ orders\.fulfilled$/,
  ],
  [
    'queue-policies',
    'a policy',
    ({ range }) => range.queue.setPolicy({ name: 'p', pattern: '^x$', definition: {} }),
    /^p applies to \^x\$$/,
  ],
  ['broker-memory', 'another limit', ({ range }) => range.queue.limitMemory(5), /^5 bytes$/],
  ['dead-letters', 'a message', ({ setDead }) => setDead(1), /^1 messages$/],
  ['cache-memory', 'less memory', ({ range }) => range.cache.command('CONFIG', 'SET', 'maxmemory', '5'), /^5 bytes, allkeys-lru$/],
  ['cache-memory', 'another policy', ({ range }) => range.cache.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction'), /noeviction$/],
  ['cache-settings', 'a timeout', ({ range }) => range.cache.command('CONFIG', 'SET', 'timeout', '300'), /^timeout = 300$/],
  ['cache-users', 'a right less', ({ cache }) => cache.users.set('default', 'on nopass ~* &* +@all -get'), /^user default .*-get$/],
  ['cache-users', 'a user more', ({ cache }) => cache.users.set('guest', 'on nopass ~* &* +@all'), /^user guest/],
  ['cached-values', 'entries that nobody can read', ({ cache }) => cache.keys.set('b', '{').set('a', '['), /^a, b$/],
  [
    'canary',
    'a canary',
    ({ range }) => range.releases.setCanary({ service: 'catalog', version: '1.12.0' }, 'Robin'),
    /^catalog has a canary, 1\.12\.0$/,
  ],
  ['deployments', 'a release', ({ range }) => range.releases.deploy('catalog', '1.9.0', 'Robin'), /^catalog runs 1\.9\.0$/],
  ['deployments', 'a setting', ({ range }) => range.config.set('orders', { DB_POOL_MAX: '1' }, 'Robin'), /^orders has DB_POOL_MAX=1$/],
  [
    'feature-flags',
    'a flag',
    async ({ range }) =>
      range.flags?.apply((await range.flags.read()).replace('"defaultVariant": "off"', '"defaultVariant": "on"'), 'Robin'),
    /^similar-products is on$/,
  ],
  [
    'feature-flags',
    'only the layout',
    async ({ range }) => range.flags?.apply(`${await range.flags.read()}\n`, 'Robin'),
    /^the file was changed \(0 changes\)$/,
  ],
  [
    'feature-flags',
    'a flag that is missing',
    async ({ range }) => range.flags?.apply('{"flags": {}}', 'Robin'),
    /^page-size is missing, similar-products is missing, stock-words is missing, two-warehouses is missing$/,
  ],
  ['descriptor-limits', 'a limit', ({ setLimit }) => setLimit(50), /orders may have 50/],
  ['jobs', 'a job', ({ range }) => range.jobs.start('report', {}), /^report-\S+ runs$/],
  ['backups', 'a base backup', ({ range }) => range.backups?.make(), /^base backups: 1, WAL is archived, 50000000 bytes on disk$/],
  [
    'backups',
    'a restored server',
    ({ range }) => range.backups?.restore('2026-03-02T10:00:00Z'),
    /^a server restored to 2026-03-02T10:00:00Z runs$/,
  ],
  ['replica', 'a replica', ({ range }) => range.replica?.start(), /^the database has a replica$/],
  ['volumes', 'a volume', ({ range }) => range.volumes?.create('cache', 1_000), /^redis has the volume 'cache'$/],
  ['users', 'more users', ({ range }) => range.load.setUsers(31), /^31 in place of 30$/],
  ['user-mix', 'a hot product', ({ range }) => range.load.setMix({ hotShare: 0.5, bots: 0, rate: 0 }), /0\.5/],
  ['user-mix', 'bots', ({ range }) => range.load.setMix({ hotShare: 0, bots: 1, rate: 0 }), /1 bots/],
  ['user-mix', 'page views', ({ range }) => range.load.setMix({ hotShare: 0, bots: 0, rate: 1 }), /1 page views/],
  ['mesh-policy', 'a policy', ({ range }) => range.mesh.apply('kind: A', 'Robin'), /1 revisions/],
  ['mesh-policy', 'the same policy, applied once more', ({ range }) => range.mesh.apply(range.mesh.baseline(), 'Robin'), /1 revisions/],
  [
    'edge-faults',
    'a fault',
    ({ range }) => range.mesh.setFault({ from: 'orders', to: 'payments' }, { reset: { percent: 1 } }),
    /^orders → payments$/,
  ],
  ['clocks', 'one that is behind', ({ range }) => range.processes.setClock('orders', -90), /^that of orders is 90 s behind$/],
  ['clocks', 'one that is ahead', ({ range }) => range.processes.setClock('catalog', 5), /^that of catalog is 5 s ahead$/],
  ['cache-fault', 'a delay', ({ range }) => range.mesh.setCacheFault({ delayMs: 25, percent: 1 }), /./],
  ['certificates', 'a certificate that is refused', ({ refuse }) => refuse('orders'), /^that of orders is refused$/],
  ['alert-rules', 'rules', ({ range }) => range.monitoring.setExtraRules('noise', ''), /^noise/],
  ['scraping', 'a target', ({ range }) => range.monitoring.setUnscraped(['redis']), /^redis/],
  ['silences', 'a silence', ({ silence: add }) => add(), /“quiet” of Robin/],
  ['datastores', 'one that was suspended', ({ states }) => (states['redis'] = 'suspended'), /^redis is suspended$/],
  ['services', 'one that has ended', ({ states }) => (states['orders'] = 'exited'), /^orders is exited$/],
  ['proxies', 'one that was stopped', ({ states }) => (states['orders-proxy'] = 'stopped'), /^orders-proxy is stopped$/],
  ['cluster', 'an edit', ({ shop }) => shop.edit({ kind: 'Deployment', name: 'orders', patch: {} }), /^Deployment orders was edited$/],
  [
    'cluster',
    'an object changed by hand',
    ({ cluster }) => (cluster.handmade = ['Service orders']),
    /^Service orders was changed by hand$/,
  ],
  ['cluster', 'a quota', ({ cluster }) => (cluster.quota = 3), /^a quota of 3 pods$/],
  ['cluster', 'a password', ({ cluster }) => (cluster.rotated = ['orders']), /^the password of orders was changed$/],
]
describe('what differs is told, and restored', () => {
  for (const [id, what, disturb, detail] of table)
    test(`${id}: ${what}`, async () => {
      const set = freshRange()
      assert.equal(await differs(id, set.range), null, 'as a fresh range is')
      await disturb(set)
      assert.match((await differs(id, set.range)) ?? '', detail)
      await restore(id, set.range)
      assert.equal(await differs(id, set.range), null)
    })
})

test('an edited object is not also reported as changed by hand, and a quota is lifted before pods are replaced', async () => {
  const { range, shop, cluster } = freshRange()
  await shop.edit({ kind: 'Deployment', name: 'orders', patch: {} })
  await shop.edit({ kind: 'HorizontalPodAutoscaler', name: 'orders', patch: {} })
  cluster.handmade = ['Deployment orders']
  cluster.quota = 3
  assert.equal(
    await differs('cluster', range),
    'Deployment orders was edited, HorizontalPodAutoscaler orders was edited, a quota of 3 pods',
  )
  const synced: string[] = []
  const { sync } = shop
  shop.sync = async (ref) => {
    assert.equal(cluster.quota, null)
    synced.push(ref.kind)
    await sync(ref)
  }
  await restore('cluster', range)
  assert.deepEqual(synced, ['HorizontalPodAutoscaler', 'Deployment'], 'an autoscaler would scale again')
  const alone: Range = { ...range, cluster: null }
  assert.deepEqual([ofId('cluster').isOn?.(range), ofId('cluster').isOn?.(alone)], [true, false])
})

test('volumes are looked at only where a range can have them', () => {
  const { range } = freshRange()
  const { isOn } = ofId('volumes')
  assert.deepEqual([isOn?.(range), isOn?.({ ...range, volumes: null })], [true, false])
})

test('limits of descriptors are checked only if a range supports them, and for running services', async () => {
  const { range } = freshRange()
  const { isOn } = ofId('descriptor-limits')
  assert.deepEqual([isOn?.(range), isOn?.({ ...range, lacks: ['descriptors'] })], [true, false])
  range.processes.descriptors = async () => null
  assert.equal(await differs('descriptor-limits', range), null)
})

test('clocks are looked at only where a range can put them right, and small differences are those of the reading', async () => {
  const { range } = freshRange()
  const { isOn } = ofId('clocks')
  assert.deepEqual([isOn?.(range), isOn?.({ ...range, lacks: ['clocks'] })], [true, false])
  range.processes.clocks = async () => [
    { service: 'orders', offsetSeconds: 3 },
    { service: 'catalog', offsetSeconds: null },
  ]
  assert.equal(await differs('clocks', range), null)
})

describe('a cache that was paused', () => {
  /** The commands that are never answered, and the calls that the range receives then. */
  async function paused(context: TestContext, silent: string[]) {
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const { range } = freshRange()
    const told: string[] = []
    range.processes.restart = async (name) => void told.push(`restart ${name}`)
    range.cache.command = async (name, ...args) => {
      if (silent.includes(name)) return new Promise(() => {})
      if (name === 'CLIENT') told.push(args.join(' '))
      return 'OK'
    }
    const reading = ofId('cache-answers').read(range)
    await new Promise((resolve) => setImmediate(resolve))
    context.mock.timers.tick(3_000)
    const found = await reading
    const detail = ofId('cache-answers').differs(found, range, fresh)
    if (detail !== null) await ofId('cache-answers').restore(range, found, fresh)
    return { detail, told }
  }

  test('for nobody', async (context) => assert.deepEqual(await paused(context, []), { detail: null, told: [] }))
  test('for writers is resumed', async (context) => {
    const { detail, told } = await paused(context, ['SET'])
    assert.deepEqual([/writes/.test(detail ?? ''), told], [true, ['UNPAUSE']])
  })
  test('for everybody is restarted, because it accepts no command', async (context) => {
    const { detail, told } = await paused(context, ['SET', 'PING'])
    assert.deepEqual([/nothing/.test(detail ?? ''), told], [true, ['restart redis']])
  })
})

test('products with another price in the cache are counted, whatever somebody wrote there', async () => {
  const { range, cache } = freshRange()
  const changed: { sku: string; cents: number }[] = []
  range.database.query = async <Row extends Record<string, unknown>>() => changed as unknown as Row[]
  assert.equal(await differs('cached-prices', range), null)
  for (const sku of ['same', 'old', 'torn', 'none', 'gone']) changed.push({ sku, cents: 500 })
  const show = (sku: string, text: string) => cache.keys.set(`catalog:product:${sku}`, text)
  show('same', '{"priceCents":500}')
  show('old', '{"priceCents":400}')
  show('torn', '{"priceC')
  show('none', 'null')
  assert.match((await differs('cached-prices', range)) ?? '', /^3 products/)
  await restore('cached-prices', range)
  assert.equal(await differs('cached-prices', range), null)
  assert.equal(ofId('cached-prices').print?.(0), undefined, 'prices change all the time')
})

test('ten of the damaged entries are reported, and all are deleted', async () => {
  const { range, cache } = freshRange()
  for (let n = 10; n < 22; n++) cache.keys.set(`k${n}`, '')
  assert.equal((await differs('cached-values', range))?.split(', ').length, 10)
  await restore('cached-values', range)
  assert.equal(cache.keys.size, 0)
})
