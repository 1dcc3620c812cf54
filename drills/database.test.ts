import assert from 'node:assert/strict'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import type { ActionContext } from '../model/action.ts'
import type { Range } from '../model/range.ts'
import { until } from '../model/until.ts'
import { faultSamples } from '../test/acceptance/fault-samples.ts'
import { postgresBin } from '../test/own-postgres.ts'
import { ShopDatabase } from '../test/shop-database.ts'
import { actionById } from './actions/registry.ts'
import { leftBehind, restoreBaseline } from './baseline.ts'
import { databaseRole } from './database-roles.ts'
import { faultById } from './faults/registry.ts'
import { resources } from './resources/registry.ts'

const root = path.join(import.meta.dirname, '..')
const skip = postgresBin ? false : 'PostgreSQL is not installed'
const ofDatabase = resources.filter(({ id }) => /^(database-|bank)/.test(id))
const users = 30

/** Jobs that hold a lock, as the programs with these names do. */
const statements: Record<string, (env: Record<string, string>) => string> = {
  'stock-audit': ({ AUDIT_TABLE }) => `begin; lock table ${AUDIT_TABLE} in exclusive mode`,
  'orders-overview': ({ OVERVIEW_TABLE }) => `begin; select count(*) from ${OVERVIEW_TABLE}`,
  'migration-rehearsal': ({ MIGRATED_TABLE }) => `begin; alter table ${MIGRATED_TABLE} add column gift_note text; rollback`,
}
/** Jobs whose statement waits for others. */
const waitingJobs = ['migration-rehearsal']

/** A simulated range with a real database, in which jobs have a session. */
function rangeOn(shop: ShopDatabase): Range {
  const range = paperRange(root, users)
  const { start, stop } = range.jobs
  const sessions = new Map<string, AsyncDisposable>()
  range.jobs.start = async (name, env) => {
    const id = await start(name, env)
    const session = await shop.session('postgres', name)
    const done = session.query(statements[name]?.(env) ?? 'select 1')
    sessions.set(id, session)
    if (waitingJobs.includes(name)) done.catch(() => {})
    else await done
    return id
  }
  range.jobs.stop = async (id) => {
    await sessions.get(id)?.[Symbol.asyncDispose]()
    await stop(id)
  }
  return { ...range, database: shop }
}

/** Faults that need only PostgreSQL, and the resource that would be restored after each. */
const noticedBy: Record<string, string> = {
  'postgres-lock': 'database-sessions',
  'postgres-connection-limit': 'database-roles',
  'postgres-bad-plan': 'database-roles',
  'postgres-role-setting': 'database-roles',
  'postgres-read-only': 'database-roles',
  'postgres-missing-index': 'database-indexes',
  'postgres-unique-index': 'database-indexes',
  'postgres-revoke': 'database-rights',
  'postgres-sequence-end': 'database-sequences',
  'postgres-sync-standby': 'database-server',
  'postgres-audit-trigger': 'database-triggers',
  'postgres-local-time': 'database-triggers',
  'outbox-filter': 'database-triggers',
  'postgres-mandatory-column': 'database-columns',
  'postgres-state-check': 'database-checks',
  'postgres-row-security': 'database-row-security',
  'slow-bank': 'bank',
  'hanging-bank': 'bank',
}

async function act(range: Range, id: string, raw: Record<string, unknown> = {}) {
  const action = actionById(id)
  return action.run({ range, by: 'Robin' } as ActionContext, action.params.parse(raw))
}

test('what faults and actions do to a real database', { skip }, async (context: TestContext) => {
  await using shop = await ShopDatabase.open('drills')
  const range = rangeOn(shop)
  const left = async () => (await leftBehind(range, { users }, ofDatabase)).map(({ id }) => id)

  /** Tables and functions of the services. */
  const objects = () =>
    shop.query(
      `select relname::text as name from pg_class where relnamespace::regnamespace::text = any ($1) union all
       select proname::text from pg_proc where pronamespace::regnamespace::text = any ($1) order by 1`,
      [databaseRole.options],
    )
  const fresh = await objects()

  await context.test('a new database equals that of a fresh range', async () => assert.deepEqual(await left(), []))

  for (const [id, resource] of Object.entries(noticedBy))
    await context.test(`${id} is observable, injecting it twice equals once, and its undo record or a restore reverts it`, async () => {
      const fault = faultById(id)
      const params = fault.params.parse(faultSamples[id])
      const seen = async () => structuredClone(await fault.observe({ range }, params))
      const before = await seen()
      const undo: unknown = JSON.parse(JSON.stringify(await fault.plan({ range }, params)))
      assert.deepEqual(await seen(), before, 'a plan changes nothing')
      await fault.inject({ range }, params, undo)
      const during = await seen()
      assert.notDeepEqual(during, before)
      assert.deepEqual(await left(), [resource])
      await fault.inject({ range }, params, undo)
      assert.deepEqual(await seen(), during)
      for (const _ of [1, 2]) {
        await fault.revert({ range }, undo)
        assert.deepEqual(await seen(), before)
      }
      assert.deepEqual(await left(), [])
      assert.deepEqual(await objects(), fresh, 'no table or function is left either')
      await fault.inject({ range }, params, undo)
      assert.deepEqual(
        (await restoreBaseline(range, users, ofDatabase)).map(({ id: restored }) => restored),
        [resource],
      )
      assert.deepEqual(await left(), [])
      assert.deepEqual(await seen(), before)
      // The revert removes what does harm; what it was made with may be left.
      await fault.revert({ range }, undo)
    })

  await context.test('a unique index is on its rule’s table, refuses existing duplicates, and is dropped in its schema', async () => {
    const fault = faultById('postgres-unique-index')
    const on = { range }
    const params = fault.params.parse({ rule: 'reserved-product' })
    const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(on, params)))
    await fault.inject(on, params, undo)
    assert.deepEqual(await left(), ['database-indexes'])
    const reserve = (sku: string) =>
      shop.query(
        `insert into inventory.reservations (order_id, sku, warehouse, quantity, state, created_at)
         values (gen_random_uuid(), $1, 'ams', 1, 'held', now() + interval '1 minute')`,
        [sku],
      )
    await reserve('P00001')
    await reserve('P00002')
    await assert.rejects(reserve('P00001'), /one_reservation/)
    for (const _ of [1, 2]) await fault.revert(on, undo)
    assert.deepEqual(await left(), [])
    await reserve('P00001')
    await shop.query('delete from inventory.reservations')
  })

  for (const table of ['orders.orders', 'payments.charges', 'inventory.reservations'])
    await context.test(`a reader of ${table} waits behind a migration, and continues when the first reader is gone`, async () => {
      const fault = faultById('waiting-migration')
      const params = fault.params.parse({ table })
      const undo = await fault.plan({ range }, params)
      await fault.inject({ range }, params, undo)
      assert.equal(await fault.observe({ range }, params), true)
      await using session = await shop.session('postgres', 'gateway')
      const reads = session.query(`select 1 from ${table} limit 1`)
      const rows = async () => (await act(range, 'list-sessions')).rows ?? []
      const waiting = async () => (await rows()).find(({ application }) => application === 'gateway')?.['blocked_by'] ?? null
      await until('the reader to wait', 10_000, async () => (await waiting()) !== null, 20)
      const root = (await rows()).find(({ application }) => application === 'orders-overview')
      assert.equal(root?.['blocked_by'], null)
      await act(range, 'terminate-session', { pid: root?.['pid'] })
      await reads
      await fault.revert({ range }, undo)
      assert.deepEqual(await left(), [])
    })

  await context.test('the audit trigger refuses the requested orders, and no others', async () => {
    await using session = await shop.session('orders', 'orders')
    const orders: Record<string, [cents: number, quantities: number[]]> = {
      'large-totals': [32_768, [1, 1]],
      'single-products': [32_767, [1]],
      'many-pieces': [32_767, [2, 2]],
    }
    const place = ([cents, quantities]: [number, number[]]) => {
      const items = quantities.map((quantity, index) => ({ sku: `P0000${index + 1}`, quantity }))
      return session.query(`insert into orders.orders (id, idempotency_key, customer, items, total_cents, state)
        values (gen_random_uuid(), gen_random_uuid()::text, 'Robin', '${JSON.stringify(items)}', ${cents}, 'pending')`)
    }
    const fault = faultById('postgres-audit-trigger')
    for (const [refuses, refused] of Object.entries(orders)) {
      const params = fault.params.parse({ refuses })
      const undo = await fault.plan({ range }, params)
      await fault.inject({ range }, params, undo)
      await assert.rejects(place(refused), refuses)
      for (const [other, order] of Object.entries(orders)) if (other !== refuses) await place(order)
      await fault.revert({ range }, undo)
      await place(refused)
    }
    await shop.query('delete from orders.orders')
  })

  await context.test('settings of a role, of everyone or of the server are listed, and reset as requested', async () => {
    for (const sql of [
      `alter role orders set work_mem = '128'`,
      'alter role orders connection limit 3',
      `alter role payments set work_mem = '256'`,
      `alter database shop set lock_timeout = '5s'`,
      `alter system set work_mem = '8MB'`,
    ])
      await shop.query(sql)
    const listed = async () =>
      (await act(range, 'list-database-settings')).rows?.map(({ role, setting }) => `${String(role)}: ${String(setting)}`)
    assert.deepEqual(await listed(), [
      'everyone: lock_timeout=5s',
      'orders: connection limit=3',
      'orders: work_mem=128',
      'payments: work_mem=256',
      'the whole server: work_mem=8MB',
    ])
    assert.match((await act(range, 'list-database-settings')).summary, /^5 settings differ; [1-9]\d* of 60 connections/)
    await using session = await shop.session('orders', 'orders')
    await act(range, 'reset-database-settings', { role: 'payments' })
    await session.query('select 1')
    await act(range, 'reset-database-settings', { role: 'orders' })
    await assert.rejects(session.query('select 1'), 'it began with the settings that are no more')
    assert.deepEqual(await listed(), ['everyone: lock_timeout=5s', 'the whole server: work_mem=8MB'])
    await act(range, 'reset-database-settings', { role: 'everyone' })
    assert.match((await act(range, 'reset-server-settings')).summary, /work_mem/)
    assert.match((await act(range, 'reset-server-settings')).summary, /nothing/)
    assert.deepEqual(await left(), [])
  })

  await context.test(
    'a setting of the server takes effect immediately, and an invalid one is refused with PostgreSQL’s reason',
    async () => {
      const change = (name: string, value = '') => act(range, 'change-store-setting', { store: 'postgres', name, value })
      const now = async (name: string) => Object.values((await shop.query(`show ${name}`))[0] ?? {})[0]
      const before = await now('work_mem')
      await change('work_mem', '7MB')
      await until('it to be read', 10_000, async () => (await now('work_mem')) === '7MB', 20)
      assert.deepEqual((await act(range, 'list-store-settings', { store: 'postgres' })).rows, [{ name: 'work_mem', value: '7MB' }])
      for (const [name, value] of [
        ['synchronous_standby_names', "it's one"],
        ['work_mem', 'plenty'],
      ] as const) {
        const message = new RegExp(`^postgres does not accept ${name} = .*invalid value`)
        await assert.rejects(change(name, value), { code: 'bad-request', message })
      }
      await change('work_mem')
      await until('it to be read', 10_000, async () => (await now('work_mem')) === before, 20)
      assert.deepEqual(await left(), [])
    },
  )

  await context.test('whatever is set for the whole server, an administrator can connect and reset it', async () => {
    const change = (name: string, value = '') => act(range, 'change-store-setting', { store: 'postgres', name, value })
    for (const [name, value] of [
      ['statement_timeout', '1ms'],
      ['default_transaction_read_only', 'on'],
      ['synchronous_standby_names', 'nobody'],
    ] as const)
      await change(name, value)
    await using session = await shop.session('orders', 'orders')
    await until(
      'it to be read',
      10_000,
      () =>
        session.query('select pg_sleep(0.1)').then(
          () => false,
          () => true,
        ),
      20,
    )
    await range.database.query('select pg_sleep(0.1)')
    await range.database.query('create table of_an_administrator as select 1 as one')
    await range.database.query('drop table of_an_administrator')
    await restoreBaseline(range, users, ofDatabase)
    assert.deepEqual(await left(), [])
    await until(
      'it to be as before',
      10_000,
      () =>
        session.query('select pg_sleep(0.1)').then(
          () => true,
          () => false,
        ),
      20,
    )
  })

  await context.test('a blocking session is listed, and terminated by its number', async () => {
    await using holder = await shop.session('orders', 'an-export')
    await using waiting = await shop.session('orders', 'orders')
    await holder.query('begin; lock table orders.orders in exclusive mode')
    const waits = waiting.query('begin; lock table orders.orders in exclusive mode')
    const rows = async () => (await act(range, 'list-sessions')).rows ?? []
    await until('one to wait for the other', 10_000, async () => (await rows()).some(({ blocked_by }) => blocked_by !== null), 20)
    const { summary } = await act(range, 'list-sessions')
    assert.match(summary, /^2 sessions, 1 of them blocked/)
    const pid = (await rows()).find(({ application }) => application === 'an-export')?.['pid']
    assert.equal((await rows()).find(({ application }) => application === 'orders')?.['blocked_by'], String(pid))
    assert.match((await act(range, 'terminate-session', { pid })).summary, /an-export/)
    await waits
    await assert.rejects(act(range, 'terminate-session', { pid: 999_999 }), { code: 'not-found' })
  })

  await context.test('a sequence near its end is listed first, and extended', async () => {
    await shop.query('alter sequence orders.outbox_id_seq maxvalue 100 start 1 restart')
    for (let n = 0; n < 40; n++) await shop.query(`select nextval('orders.outbox_id_seq')`)
    const [first] = (await act(range, 'list-sequences')).rows ?? []
    assert.deepEqual([first?.['name'], first?.['most']], ['orders.outbox_id_seq', '100'])
    assert.equal(Number(first?.['last']) + Number(first?.['left']), 100)
    await assert.rejects(act(range, 'extend-sequence', { sequence: 'orders.others' }), {
      code: 'not-found',
      message: /orders\.outbox_id_seq/,
    })
    await act(range, 'extend-sequence', { sequence: 'orders.outbox_id_seq' })
    assert.deepEqual(await left(), [])
  })

  await context.test('an index is built on the named columns, and rights are granted again', async () => {
    await act(range, 'create-index', { schema: 'orders', table: 'outbox', columns: 'routing_key , order_id' })
    const indexes = await shop.query(`select indexdef from pg_indexes where indexname = 'outbox_routing_key'`)
    assert.match(String(indexes[0]?.['indexdef']), /on orders\.outbox .*\(routing_key, order_id\)$/i)
    await shop.query('revoke insert on orders.outbox from orders')
    assert.deepEqual(await left(), ['database-indexes', 'database-rights'])
    await act(range, 'grant-rights', { role: 'orders' })
    assert.deepEqual(await left(), ['database-indexes'])
    await restoreBaseline(range, users, ofDatabase)
  })

  await context.test('the statements that take the database most time over a second are listed, the busiest first', async ({ mock }) => {
    await using session = await shop.session('orders', 'orders')
    const catalogue = 'select count(*) from pg_class'
    for (let n = 0; n < 20; n++) await session.query(catalogue)
    const [{ blocks } = { blocks: 0 }] = await shop.query<{ blocks: number }>(
      `select (sum(shared_blks_hit + shared_blks_read) / 20)::float as blocks from pg_stat_statements where query = $1`,
      [catalogue],
    )
    mock.timers.enable({ apis: ['setTimeout'] })
    /** The list over a second in which these statements run. */
    const listed = async (work: () => Promise<void>) => {
      const looked = Promise.withResolvers<void>()
      const query: typeof shop.query = async (...given) => {
        const rows = await shop.query(...given)
        setImmediate(looked.resolve)
        return rows as never
      }
      const listing = act({ ...range, database: { query } }, 'list-statements')
      await looked.promise
      await work()
      mock.timers.tick(1_000)
      return listing
    }
    const { rows = [], summary } = await listed(async () => {
      await session.query(catalogue)
      for (let n = 0; n < 4; n++) await session.query('select generate_series(1, 10)')
      await session.query('select pg_sleep(0.1)')
    })
    const of = (words: RegExp) => rows.find(({ statement }) => words.test(String(statement)))
    const [sleep, series, counted] = [of(/pg_sleep/), of(/generate_series/), of(/from pg_class$/)]
    assert.ok(Number(sleep?.['busy_ms_per_s']) >= 100 && Number(sleep?.['mean_ms']) >= 100)
    const busy = rows.map(({ busy_ms_per_s }) => Number(busy_ms_per_s))
    assert.deepEqual(
      busy,
      busy.toSorted((a, b) => b - a),
    )
    assert.deepEqual([series?.['service'], series?.['calls_per_s'], series?.['rows_per_call']], ['orders', 4, 10])
    assert.deepEqual([counted?.['calls_per_s'], blocks > 0], [1, true])
    assert.ok(
      Math.abs(Number(counted?.['blocks_per_call']) - blocks) <= blocks / 2,
      `${String(counted?.['blocks_per_call'])}, not ${blocks}`,
    )
    assert.ok(Number(/(\d+) ms of each second/.exec(summary)?.[1]) >= 100)
    assert.deepEqual((await listed(async () => {})).rows, [], 'what ran before that second is not told')
  })
})
