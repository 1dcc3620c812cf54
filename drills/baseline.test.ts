import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { allRunning, paperRange } from '../control/replay/paper-range.ts'
import type { ComponentName, ComponentStatus } from '../model/components.ts'
import type { ProcessSignal, Range } from '../model/range.ts'
import { redis } from '../range/components/redis.ts'
import { fingerprint, inOrder, leftBehind, NotRestored, restoreBaseline } from './baseline.ts'
import { freshChecks } from './database-checks.ts'
import { freshBank } from './resources/bank.ts'
import { freshCache, redisDefaults } from './cache-settings.ts'
import { monitoring } from './resources/components.ts'
import { freshIndexes } from './resources/database-indexes.ts'
import { resources } from './resources/registry.ts'
import { defineResource, type Resource } from './resources/resource.ts'

const root = path.join(import.meta.dirname, '..')
const users = 30

/** Calls that change a range, by their name in `Range`; including a deployment of the running release. */
const changes = new Set(
  [
    'start',
    'stop',
    'restart',
    'signal',
    'limitDescriptors',
    'setClock',
    'deploy',
    'setCanary',
    'set',
    'publish',
    'purge',
    'move',
    'bind',
    'unbind',
    'setPolicy',
    'removePolicy',
    'limitMemory',
  ]
    .concat([
      'setUsers',
      'setMix',
      'apply',
      'reset',
      'setFault',
      'setCacheFault',
      'issueIdentity',
      'edit',
      'sync',
      'setQuota',
      'restoreCredential',
    ])
    .concat(['setExtraRules', 'setUnscraped', 'expireSilence']),
)

/** A simulated fresh range, and the calls it received. */
function freshRange(): { range: Range; told: string[] } {
  const told: string[] = []
  const paper = paperRange(root, users)
  const recorded = <Part extends object>(part: Part, of: string): Part =>
    new Proxy(part, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          if (changes.has(String(name))) told.push(`${of}.${String(name)}`)
          return Reflect.apply(member, target, args) as unknown
        }
      },
    })
  const range: Range = {
    ...paper,
    processes: recorded(paper.processes, 'processes'),
    releases: recorded(paper.releases, 'releases'),
    config: recorded(paper.config, 'config'),
    database: {
      async query<Row extends Record<string, unknown>>(sql: string) {
        if (!/^\s*select (?!pg_terminate)/.test(sql)) told.push(sql)
        const rows = /from pg_index /.test(sql)
          ? freshIndexes.map((definition) => ({ schema: '', name: '', definition, valid: true }))
          : /from pg_constraint /.test(sql)
            ? freshChecks
            : /payments\.sandbox/.test(sql)
              ? [freshBank]
              : []
        // Safe: this query has these columns.
        return rows as unknown as Row[]
      },
    },
    cache: {
      async command(name, ...args) {
        if (name === 'CONFIG' && args[0] === 'GET') return [args[1], redisDefaults[args[1] ?? '']]
        if (name === 'ACL' && args[0] === 'LIST') return ['user default on nopass ~* &* +@all']
        if (name === 'EVAL') return []
        if (name !== 'PING' && !(name === 'SET' && args[0] === 'probe')) told.push(name)
        return 'OK'
      },
    },
    queue: {
      ...recorded(paper.queue, 'queue'),
      bindings: async () => [
        { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.fulfilled' },
        { exchange: 'orders', queue: 'orders.fulfilment', key: 'order.confirmed' },
        { exchange: 'orders.dead', queue: 'orders.fulfilment.dead', key: '' },
      ],
    },
    jobs: recorded(paper.jobs, 'jobs'),
    load: recorded(paper.load, 'load'),
    mesh: recorded(paper.mesh, 'mesh'),
    cluster: paper.cluster && recorded(paper.cluster, 'cluster'),
    monitoring: recorded(paper.monitoring, 'monitoring'),
  }
  return { range, told }
}

test('each resource is registered once, and refers to existing ones', () => {
  const ids = resources.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const { id, after = [] } of resources) for (const other of after) assert.ok(ids.includes(other), `${id} comes after ${other}`)
  assert.equal(inOrder(resources).length, resources.length)
  const defined = globSync('drills/resources/*.ts', { cwd: root }).flatMap((file) => [
    ...readFileSync(path.join(root, file), 'utf8').matchAll(/^ +id: '([^']+)'|= running\('([^']+)'/gm),
  ])
  assert.deepEqual(defined.map(([, plain, component]) => plain ?? component).toSorted(), ids.toSorted())
})

test('a fresh range is read, and nothing is set', async () => {
  const { range, told } = freshRange()
  assert.deepEqual(await leftBehind(range, { users }), [])
  assert.deepEqual(await restoreBaseline(range, users), [])
  assert.deepEqual(told, [])
})

test('only what differs is set, and the fingerprint is the same afterwards', async () => {
  const { range, told } = freshRange()
  const before = await fingerprint(range)
  await range.load.setUsers(90)
  await range.queue.limitMemory(20_000_000)
  assert.notEqual((await fingerprint(range)).hash, before.hash)
  told.length = 0
  const restored = await restoreBaseline(range, users)
  assert.deepEqual(told.toSorted(), ['load.setUsers', 'queue.limitMemory'])
  assert.deepEqual(restored.map(({ id }) => id).toSorted(), ['broker-memory', 'users'])
  assert.deepEqual(await fingerprint(range), before)
})

test('suspended monitoring and load are resumed, stopped ones started, and only then is anything read from them', async () => {
  const { range, told } = freshRange()
  const states: Partial<Record<ComponentName, ComponentStatus['state']>> = {
    prometheus: 'suspended',
    reaper: 'suspended',
    locust: 'stopped',
  }
  range.status = async () => allRunning().map((component) => ({ ...component, state: states[component.name] ?? component.state }))
  const { signal, start } = range.processes
  Object.assign(range.processes, {
    signal: async (name: ComponentName, which: ProcessSignal) => (told.push(`${which} ${name}`), signal(name, which)),
    start: async (name: ComponentName) => {
      told.push(`start ${name}`)
      await new Promise((resolve) => setImmediate(resolve))
      states[name] = 'running'
      await start(name)
    },
  })
  await range.load.setUsers(90)
  await range.monitoring.setExtraRules('of-a-trainee', '')
  const [left] = await leftBehind(range, { users }, [monitoring])
  assert.equal(left?.detail, 'prometheus is suspended, locust is stopped, reaper is suspended')
  told.length = 0
  await restoreBaseline(range, users)
  assert.deepEqual(
    told.filter((one) => one.startsWith('SIG')),
    ['SIGCONT prometheus', 'SIGCONT reaper'],
  )
  assert.deepEqual(told.filter((one) => one.startsWith('start')).toSorted(), ['start locust', 'start prometheus', 'start reaper'])
  const asked = (what: string) => told.findIndex((one) => one.startsWith(what))
  for (const what of ['load.setUsers', 'monitoring.setExtraRules'])
    assert.ok(asked(what) > told.findLastIndex((one) => one.startsWith('start')), `${what}: ${told.join(', ')}`)
  assert.deepEqual(await leftBehind(range, { users }), [])
})

const resource = (id: string, work: Partial<Resource>): Resource =>
  defineResource({ id, title: id, read: async () => 'left', differs: () => 'left', restore: async () => {}, ...work })

test('a failure does not stop the other resources, and everything left behind is named at the end', async () => {
  const { range } = freshRange()
  const restored: string[] = []
  const attempt = restoreBaseline(range, users, [
    resource('broker', { restore: async () => Promise.reject(new Error('no answer within 10 s')) }),
    resource('cache', { read: async () => Promise.reject(new Error('refused')) }),
    resource('load', { after: ['broker', 'cache'], restore: async () => void restored.push('load') }),
  ])
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof NotRestored)
    assert.deepEqual(error.left, [
      { id: 'cache', title: 'cache', detail: 'refused' },
      { id: 'broker', title: 'broker', detail: 'no answer within 10 s' },
    ])
    assert.match(error.message, /cache \(refused\); broker \(no answer within 10 s\)/)
    return true
  })
  assert.deepEqual(restored, ['load'])
})

test('independent resources are restored in parallel, and dependent ones after those they depend on', async () => {
  const { range } = freshRange()
  const began: string[] = []
  const both = Promise.withResolvers<void>()
  const meet = (id: string) =>
    resource(id, {
      restore: async () => {
        began.push(id)
        if (began.length === 2) both.resolve()
        await both.promise
      },
    })
  const last = resource('last', { after: ['one'], read: async () => void began.push('last') })
  await restoreBaseline(range, users, [last, meet('one'), meet('two')])
  assert.deepEqual(began, ['one', 'two', 'last'])
})

test('two resources that depend on each other are an error', () => {
  assert.throws(() => inOrder([resource('a', { after: ['b'] }), resource('b', { after: ['a'] })]), /wait for each other/)
})

test('the expected state of a fresh range is the one that a range starts with', () => {
  const words = (sql: string) =>
    sql
      .toLowerCase()
      .replaceAll(/using btree |::text|[()]/g, ' ')
      .replaceAll(/on \w+\./g, 'on ')
      .split(/\s+/)
      .filter(Boolean)
      .join(' ')
  const made = globSync('shop/*/migrations/*.sql', { cwd: root }).flatMap((file) => [
    ...readFileSync(path.join(root, file), 'utf8').matchAll(/^create index [^;]+/gim),
  ])
  assert.deepEqual(made.map(([sql]) => words(sql)).toSorted(), freshIndexes.map(words).toSorted())

  // Safe: only the ports and folders are used.
  const { args } = redis.process({ listen: '', dir: '', binaries: {}, port: () => 0 } as never)
  const given = (name: string) => args[args.indexOf(name) + 1]
  assert.equal(given('--maxmemory'), `${freshCache.memoryBytes / 1024 / 1024}mb`)
  for (const name of ['maxmemory-policy', 'slowlog-log-slower-than']) assert.equal(given(`--${name}`), redisDefaults[name])

  const sandbox = readFileSync(path.join(root, 'shop/payments/migrations/003-sandbox.sql'), 'utf8')
  assert.equal(/latency_ms integer not null default (\d+)/.exec(sandbox)?.[1], String(freshBank.latency_ms))
  assert.equal(/hang_percent real not null default (\d+)/.exec(sandbox)?.[1], String(freshBank.hang_percent))
})
