import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import pg from 'pg'
import { leftBehind, restoreBaseline } from '../../drills/baseline.ts'
import { confirmedBinding } from '../../drills/queue-name.ts'
import { resources } from '../../drills/resources/registry.ts'
import type { Range } from '../../model/range.ts'
import { databaseUrl } from '../../range/components/service.ts'
import { apiClient } from '../../control/client.ts'
import { until } from '../../model/until.ts'
import { client, ensureFree, range as openRange, state, target } from './test-range.ts'

let range: Range
const users = () => state.config().users
before(async () => {
  await ensureFree()
  range = openRange()
  await client('instructor').post('/api/reset')
})
after(() => client('instructor').post('/api/reset'))

/** How each is changed, as by a fault or a trainee; a resource without one fails the suite. */
const disturbances: Record<string, () => Promise<unknown>> = {
  datastores: () => range.processes.stop('redis'),
  proxies: () => range.processes.signal('payments-proxy', 'SIGSTOP'),
  services: () => range.processes.signal('catalog', 'SIGKILL'),
  monitoring: () => range.processes.signal('telemetry-store', 'SIGSTOP'),
  canary: () => range.releases.setCanary({ service: 'catalog', version: '1.12.0' }, 'a test'),
  deployments: () => range.config.set('payments', { DB_POOL_MAX: '2' }, 'a test'),
  'feature-flags': async () =>
    range.flags?.apply((await range.flags.read()).replace('"defaultVariant": "off"', '"defaultVariant": "on"'), 'a test'),
  'descriptor-limits': () => range.processes.limitDescriptors('orders', 300),
  clocks: () => range.processes.setClock('inventory', -90),
  'mesh-policy': async () => range.mesh.apply(`# edited\n${await range.mesh.policy()}`, 'a test'),
  'edge-faults': () => range.mesh.setFault({ from: 'gateway', to: 'catalog' }, { delay: { fixedDelayMs: 5, jitterMs: 0, percent: 100 } }),
  'cache-fault': () => range.mesh.setCacheFault({ delayMs: 25, percent: 100 }),
  certificates: () => range.mesh.issueIdentity('payments', 'expired'),
  jobs: () => range.jobs.start('stock-audit', { AUDIT_TABLE: 'payments.charges' }),
  'database-roles': async () => {
    await range.database.query('alter role orders connection limit 30')
    await range.database.query(`alter role catalog set work_mem = '128kB'`)
  },
  'database-sessions': async () => {
    const session = new pg.Client({ connectionString: databaseUrl(target().context, 'postgres'), application_name: 'psql' })
    session.on('error', () => {})
    await session.connect()
    await session.query('begin; lock table payments.sandbox in access share mode')
  },
  'database-indexes': async () => {
    await range.database.query('drop index orders.orders_pending')
    await range.database.query('create index of_a_trainee on catalog.products (price_cents)')
  },
  'database-triggers': () =>
    range.database.query(
      'create trigger of_a_trainee before update on catalog.products for each row execute function suppress_redundant_updates_trigger()',
    ),
  // Not while a job or a session holds a lock: this would wait for it.
  'database-columns': () => range.database.query('alter table fulfilment.shipments add column of_a_trainee text'),
  'database-checks': () => range.database.query('alter table orders.orders drop constraint orders_state_check'),
  'database-row-security': async () => {
    await range.database.query('alter table catalog.products enable row level security')
    await range.database.query('create policy of_a_trainee on fulfilment.shipments using (true)')
  },
  'database-rights': () => range.database.query('revoke insert on payments.charges from payments'),
  'database-sequences': () => range.database.query('alter sequence orders.outbox_id_seq maxvalue 9000000000000000000'),
  'database-server': async () => {
    await range.database.query(`alter system set log_min_messages = 'error'`)
    await range.database.query('select pg_reload_conf()')
  },
  volumes: () => range.volumes?.create('journal', 4_000_000) ?? Promise.resolve(),
  replica: () => range.replica?.start() ?? Promise.resolve(),
  backups: () => range.backups?.make({ check: false }) ?? Promise.resolve(),
  bank: () => range.database.query('update payments.sandbox set latency_ms = 40'),
  'queue-bindings': async () => {
    await range.queue.bind({ exchange: 'orders', queue: 'orders.fulfilled', key: 'of.a.trainee' })
    await range.queue.unbind({ exchange: 'orders', queue: 'orders.fulfilled', key: 'order.fulfilled' })
  },
  'queue-policies': () => range.queue.setPolicy({ name: 'of-a-trainee', pattern: '^orders', definition: { 'max-length': 100_000 } }),
  'broker-memory': () => range.queue.limitMemory(390_000_000),
  'dead-letters': () => range.queue.publish('orders.fulfilment.dead', '{}'),
  'cache-answers': () => range.cache.command('CLIENT', 'PAUSE', '600000', 'WRITE'),
  'cache-users': () => range.cache.command('ACL', 'SETUSER', 'default', '-strlen'),
  'cached-values': () => range.cache.command('SET', 'catalog:product:of-a-trainee', '{"sku":'),
  'cache-memory': () => range.cache.command('CONFIG', 'SET', 'maxmemory', '50000000'),
  'cache-settings': () => range.cache.command('CONFIG', 'SET', 'timeout', '300'),
  'cached-prices': async () => {
    const [product] = await range.database.query<{ sku: string }>(
      `update catalog.products set updated_at = now() - interval '5 seconds' where sku = (select min(sku) from catalog.products) returning sku`,
    )
    await range.cache.command('SET', `catalog:product:${product?.sku}`, JSON.stringify({ priceCents: -1 }), 'EX', '60')
  },
  'alert-rules': () => range.monitoring.setExtraRules('of-a-trainee', 'groups: []\n'),
  scraping: () => range.monitoring.setUnscraped(['redis-exporter']),
  silences: () =>
    apiClient(state, 'trainee').post('/api/silences', {
      body: {
        matchers: [{ name: 'alertname', value: 'Nothing' }],
        durationMs: 86_400_000,
        comment: 'for a day',
      },
    }),
  users: () => range.load.setUsers(users() + 5),
  'user-mix': () => range.load.setMix({ hotShare: 0.1, bots: 0, rate: 0 }),
}

describe('the contract of every resource that a drill may change', () => {
  // A change of one shows in another: removing a canary leaves the policy's history.
  beforeEach(() => restoreBaseline(range, users()))

  for (const resource of resources.filter(({ id }) => id !== 'cluster')) {
    test(`${resource.id}: a change is observable, and a restore makes it equal to a fresh range`, async (contract) => {
      if (resource.isOn?.(range) === false) return contract.skip('the range has nothing of it')
      const disturb = disturbances[resource.id]
      assert.ok(disturb, `say how ${resource.id} may be disturbed`)
      assert.deepEqual(await leftBehind(range, { users: users() }, [resource]), [])
      await disturb()
      const left = await leftBehind(range, { users: users() }, [resource])
      assert.equal(left.length, 1, 'it shows')
      await restoreBaseline(range, users(), [resource])
      assert.deepEqual(await leftBehind(range, { users: users() }, [resource]), [])
    })
  }

  test('a cache that was paused for everybody answers again', async () => {
    await range.cache.command('CLIENT', 'PAUSE', '600000', 'ALL')
    await restoreBaseline(range, users())
    assert.equal(await range.cache.command('PING'), 'PONG')
  })

  test('suspended or stopped monitoring and load run again, with the settings of a fresh range', async () => {
    const hung = ['prometheus', 'alertmanager', 'telemetry-store', 'locust', 'reaper', 'supervisor'] as const
    await range.processes.stop('redis-exporter')
    for (const name of hung) await range.processes.signal(name, 'SIGSTOP')
    // The control plane, which is not suspended, handles the reset.
    await client('instructor').post('/api/reset')
    const status = await range.status({ readiness: true })
    const unwell = status.filter(({ name, healthy }) => (name === 'redis-exporter' || hung.some((one) => one === name)) && !healthy)
    assert.deepEqual(unwell, [])
    assert.deepEqual(await leftBehind(range, { users: users() }), [])
  })

  test('a single reset restores all at once', async () => {
    const apart = new Set(['canary', 'cached-prices', 'cache-answers', 'datastores', 'deployments'])
    for (const { id, isOn } of resources) if (isOn?.(range) !== false && !apart.has(id)) await disturbances[id]?.()
    await client('instructor').post('/api/reset')
    assert.deepEqual(await leftBehind(range, { users: users() }), [])
  })
})

test('orders whose messages were lost are shipped right after a reset', async () => {
  await range.queue.unbind(confirmedBinding)
  const lost = await until('three orders to be lost', 60_000, async () => {
    const orders = await range.database.query<{ id: string }>(
      `select id from orders.orders o where state = 'confirmed' and confirmed_at < now() - interval '2 seconds'
         and not exists (select 1 from orders.outbox x where x.order_id = o.id)`,
    )
    return orders.length >= 3 && orders.map(({ id }) => id)
  })
  await client('instructor').post('/api/reset')
  // By itself the shop would do it 45 to 75 s after their confirmation.
  await until('them to be shipped', 20_000, async () => {
    const [open] = await range.database.query<{ count: string }>(
      `select count(*) from orders.orders where state = 'confirmed' and id in (${lost.map((id) => `'${id}'`).join(', ')})`,
    )
    return open?.count === '0'
  })
})

test('nobody can silence the Watchdog', async () => {
  for (const matcher of [
    { name: 'alertname', value: '.+', isRegex: true },
    { name: 'alertname', value: '(?i)watchdog', isRegex: true },
    { name: 'alertname', value: 'Other', isEqual: false },
  ]) {
    const attempt = apiClient(state, 'trainee').post('/api/silences', {
      body: { matchers: [matcher], durationMs: 60_000, comment: 'quiet' },
    })
    await assert.rejects(attempt, /Watchdog/)
  }
  assert.deepEqual(await range.monitoring.silences(), [])
})
