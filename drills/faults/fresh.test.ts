import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { FaultContext } from '../../model/fault.ts'
import type { QueueMessage, Range } from '../../model/range.ts'
import { faultSamples } from '../../test/acceptance/fault-samples.ts'
import { freshRange } from '../../test/fresh-range.ts'
import { leftBehind, restoreBaseline } from '../baseline.ts'
import { resources } from '../resources/registry.ts'
import { faultById } from './registry.ts'

/** The parts of a simulated range that can be compared with a fresh one; the database is tested with a real one. */
const onPaper = resources.filter(({ id }) => !/^(database-|bank|cached-|monitoring)/.test(id))
const left = async (range: Range) => (await leftBehind(range, { users: 30 }, onPaper)).map(({ id }) => id)

/** Faults, and the resource that would be restored after each. */
const noticedBy: Record<string, [resource: string, params?: Record<string, unknown>]> = {
  'process-hang': ['services'],
  'process-kill': ['services'],
  'descriptor-limit': ['descriptor-limits'],
  'queue-lost-binding': ['queue-bindings'],
  'queue-stray-binding': ['queue-bindings'],
  'queue-size-policy': ['queue-policies'],
  'redis-memory-limit': ['cache-memory'],
  'redis-delay': ['cache-fault'],
  'cache-restricted': ['cache-users'],
  'cache-hardened': ['cache-users'],
  'bad-certificate': ['certificates'],
  'cluster-quota': ['cluster', { service: 'orders' }],
  'cluster-credential': ['cluster', { service: 'orders' }],
}
for (const [id, [resource, given = faultSamples[id]]] of Object.entries(noticedBy))
  test(`${id} is observable, and its undo record or a restore reverts it`, async () => {
    const { range } = freshRange()
    const context: FaultContext = { range }
    const fault = faultById(id)
    const params = fault.params.parse(given)
    const seen = async () => structuredClone(await fault.observe(context, params))
    const before = await seen()
    const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(context, params)))
    assert.deepEqual(await left(range), [], 'a plan changes nothing')
    await fault.inject(context, params, undo)
    assert.notDeepEqual(await seen(), before)
    assert.deepEqual(await left(range), [resource])
    for (const _ of [1, 2]) {
      await fault.revert(context, undo)
      assert.deepEqual(await seen(), before)
      assert.deepEqual(await left(range), [])
    }
    await fault.inject(context, params, undo)
    await restoreBaseline(range, 30, onPaper)
    assert.deepEqual([await seen(), await left(range)], [before, []])
  })

test('a mistyped binding is removed and the right one restored, on either route of a message', async () => {
  const { range } = freshRange()
  const context: FaultContext = { range }
  const fault = faultById('queue-lost-binding')
  for (const [raw, keys] of [
    [{ route: 'fulfilled' }, []],
    [{ route: 'confirmed', typedAs: 'order.confirm' }, ['order.confirm']],
  ] as const) {
    const params = fault.params.parse(raw)
    const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(context, params)))
    for (const _ of [1, 2]) await fault.inject(context, params, undo)
    assert.deepEqual(await fault.observe(context, params), keys)
    assert.deepEqual(await left(range), ['queue-bindings'])
    for (const _ of [1, 2]) await fault.revert(context, undo)
    assert.deepEqual(await left(range), [])
  }
  // An undo record of an earlier version.
  await range.queue.unbind({ exchange: 'orders', queue: 'orders.fulfilment', key: 'order.confirmed' })
  await fault.revert(context, { exchange: 'orders', queue: 'orders.fulfilment', key: 'order.confirmed' })
  assert.deepEqual(await left(range), [])
})

/** A fault with its parameters, ready to be injected. */
async function planned(range: Range, id: string, raw: Record<string, unknown>) {
  const fault = faultById(id)
  const params = fault.params.parse(raw)
  const context = { range }
  const undo: unknown = await fault.plan(context, params)
  return {
    inject: () => fault.inject(context, params, undo),
    revert: () => fault.revert(context, undo),
    observe: () => fault.observe(context, params),
  }
}

test('a certificate is issued again only if it is not as it should be', async () => {
  const { range } = freshRange()
  const issued: unknown[] = []
  const { issueIdentity } = range.mesh
  range.mesh.issueIdentity = async (...given) => (issued.push(given), issueIdentity(...given))
  const fault = await planned(range, 'bad-certificate', { service: 'orders', flaw: 'wrong-id' })
  await fault.revert()
  for (const _ of [1, 2]) await fault.inject()
  for (const _ of [1, 2]) await fault.revert()
  assert.deepEqual(issued, [['orders', 'wrong-id'], ['orders']])
})

test('a clock is off for as long as its fault is in, and no other is', async () => {
  const { range } = freshRange()
  const fault = await planned(range, 'clock-skew', { service: 'payments', offsetSeconds: -300 })
  assert.equal(await fault.observe(), false)
  for (const _ of [1, 2]) await fault.inject()
  assert.equal(await fault.observe(), true)
  const offsets = (await range.processes.clocks()).map(({ offsetSeconds }) => offsetSeconds)
  assert.deepEqual(
    offsets.filter((seconds) => seconds !== 0),
    [-300],
  )
  for (const _ of [1, 2]) await fault.revert()
  assert.equal(await fault.observe(), false)
})

test('a limit of descriptors leaves the open ones, and is not raised', async () => {
  const { range, setLimit } = freshRange()
  const limitOf = async () => (await range.processes.descriptors('orders'))?.limit
  await (await planned(range, 'descriptor-limit', { service: 'orders', spare: 10 })).inject()
  assert.equal(await limitOf(), 50)
  setLimit(45)
  await (await planned(range, 'descriptor-limit', { service: 'orders', spare: 10 })).inject()
  assert.equal(await limitOf(), 45)
})

test('a quota counts the running pods, without those that are being deleted', async () => {
  const { range, shop, cluster } = freshRange()
  const pod = (app: string, phase: string) => ({ name: '', app, phase, ready: '', restarts: 0, reason: '', ageSeconds: 0 })
  const deleted: string[] = []
  Object.assign(shop, {
    pods: async () => [pod('orders', 'Running'), pod('orders', 'Pending'), pod('redis', 'Running'), pod('catalog', 'Running')],
    deletePods: async (service: string) => void deleted.push(service),
  })
  await (await planned(range, 'cluster-quota', { service: 'orders' })).inject()
  assert.deepEqual([cluster.quota, deleted], [2, ['orders']])
})

test('half of each torn page is in the cache, without an expiry, and those pages are deleted again', async () => {
  const { range, cache } = freshRange()
  const asked: unknown[][] = []
  range.database.query = async (_sql, params = []) => (asked.push(params), [{ sku: 'A' }] as never)
  const set: string[][] = []
  const { command } = cache
  range.cache.command = async (name, ...args) => {
    if (name === 'SET') set.push(args)
    if (name === 'SET') cache.keys.set(args[0] ?? '', args[1] ?? '')
    if (name === 'EXISTS') return args.filter((key) => cache.keys.has(key)).length
    return command(name, ...args)
  }
  const fault = await planned(range, 'cache-torn-entry', { categories: ['home', 'office'], pages: 3 })
  await fault.inject()
  assert.deepEqual(
    [...cache.keys.keys()],
    ['home:2', 'home:3', 'office:2', 'office:3'].map((page) => `catalog:page:${page}`),
  )
  assert.deepEqual(asked, [
    ['home', 24, 24],
    ['home', 24, 48],
    ['office', 24, 24],
    ['office', 24, 48],
  ])
  const whole = JSON.stringify({ page: 2, products: [{ sku: 'A' }] })
  assert.deepEqual(set[0], ['catalog:page:home:2', whole.slice(0, Math.ceil(whole.length / 2))])
  await fault.revert()
  assert.equal(cache.keys.size, 0)
})

test('a pause of writes is observed by a write that is not answered', async () => {
  const { range } = freshRange()
  let isPaused = false
  range.cache.command = async (name, ...args) => {
    if (name === 'CLIENT') isPaused = args[0] === 'PAUSE' && args[2] === 'WRITE'
    if (isPaused && name === 'SET') throw new Error('no answer')
    return 'OK'
  }
  const fault = await planned(range, 'redis-pause', {})
  const seen = [await fault.observe()]
  await fault.inject()
  seen.push(await fault.observe())
  await fault.revert()
  assert.deepEqual([...seen, await fault.observe()], ['answers', 'silent', 'answers'])
})

describe('messages that a drill publishes', () => {
  /** A worker's queue that stores published messages, with a simulated clock for waiting. */
  function withQueue(context: TestContext) {
    context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
    const { range } = freshRange()
    let waiting: QueueMessage[] = []
    Object.assign(range.queue, {
      publish: async (_queue: string, body: string, headers: Record<string, string> = {}) =>
        void waiting.push({ messageId: null, redelivered: false, body, headers }),
      peek: async (queue: string, limit: number) => (queue === 'orders.fulfilment' ? waiting.slice(0, limit) : []),
      status: async (name: string) => ({ name, ready: waiting.length, consumers: 1 }),
      async move(queue: string, _to: null, _limit: number, accept: (message: QueueMessage) => boolean) {
        const before = waiting.length
        context.mock.timers.tick(100)
        if (queue === 'orders.fulfilment') waiting = waiting.filter((one) => !accept(one))
        return queue === 'orders.fulfilment' ? before - waiting.length : 0
      },
    })
    return { range, waiting: () => waiting }
  }

  test('have the requested number, cannot be handled, and are published once', async (context) => {
    const { range, waiting } = withQueue(context)
    await range.queue.publish('orders.fulfilment', '{}')
    const fault = await planned(range, 'queue-poison', { count: 3 })
    assert.equal(await fault.observe(), 0)
    for (const _ of [1, 2]) await fault.inject()
    assert.equal(await fault.observe(), 3)
    assert.ok(
      waiting()
        .slice(1)
        .every(({ body }) => (JSON.parse(body) as { items: unknown }).items === null),
    )
    await fault.revert()
    assert.deepEqual(
      waiting().map(({ body }) => body),
      ['{}'],
      'an order stays',
    )
  })

  test('pile up by a job, and a job that ends too soon is reported', async (context) => {
    const { range, waiting } = withQueue(context)
    const fault = await planned(range, 'queue-backlog', { waiting: 100 })
    const { start } = range.jobs
    let isGone = true
    range.jobs.start = async (name, env) => {
      const id = await start(name, env)
      for (let n = 0; n < 50 && !isGone; n++) await range.queue.publish('orders.fulfilment', '{}', { 'x-batch': env['BATCH'] ?? '' })
      if (isGone) await range.jobs.stop(id)
      return id
    }
    await assert.rejects(fault.inject(), { code: 'component-failed' })
    isGone = false
    for (const _ of [1, 2]) await fault.inject()
    assert.deepEqual([await fault.observe(), waiting().length], [1, 50])
    await fault.revert()
    assert.deepEqual([await fault.observe(), waiting().length], [0, 0])
  })
})
