import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import type { ActionContext } from '../model/action.ts'
import type { Range } from '../model/range.ts'
import { until } from '../model/until.ts'
import { ownBackups } from '../test/own-backups.ts'
import { postgresBin } from '../test/own-postgres.ts'
import { realJobs } from '../test/real-jobs.ts'
import { ShopDatabase } from '../test/shop-database.ts'
import { actionById } from './actions/registry.ts'
import { leftBehind } from './baseline.ts'
import { faultById } from './faults/registry.ts'
import { resources } from './resources/registry.ts'

const root = path.join(import.meta.dirname, '..')
const skip = postgresBin ? false : 'PostgreSQL is not installed'
const order = '3f0d3a52-6a55-4b7c-8f4c-6d2f0c1f9a01'

/** A simulated range with a real database, backups and jobs. */
function rangeOn(shop: ShopDatabase): Range {
  return { ...paperRange(root, 30), database: shop, backups: ownBackups(shop.context), jobs: realJobs(shop.context) }
}

test('lost data are restored beside, copied back, and restored by the fault’s revert whatever was copied', { skip }, async (context) => {
  await using shop = await ShopDatabase.open('lost-data')
  const range = rangeOn(shop)
  // Before its database is removed.
  await using _ = { [Symbol.asyncDispose]: async () => range.backups?.remove() }
  const act = async (id: string, raw: Record<string, unknown> = {}) => {
    const action = actionById(id)
    return action.run({ range, by: 'Robin' } as ActionContext, action.params.parse(raw))
  }
  const planned = async (id: string, raw: Record<string, unknown>) => {
    const fault = faultById(id)
    const params = fault.params.parse(raw)
    const undo: unknown = JSON.parse(JSON.stringify(await fault.plan({ range }, params)))
    return {
      inject: () => fault.inject({ range }, params, undo),
      revert: () => fault.revert({ range }, undo),
      observe: () => fault.observe({ range }, params),
    }
  }
  const one = async (sql: string) => Object.values((await shop.query(sql))[0] ?? {})[0]
  const now = async () =>
    String(await one(`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') from pg_sleep(0.01)`))
  const missing = () => one('select 19200 - count(*)::int from inventory.stock')
  /** Warehouses by the pieces that they have received, as a text. */
  const totals = () =>
    one(`select string_agg(total || ': ' || rows, ', ') from
      (select available + reserved + shipped as total, count(*) as rows from inventory.stock group by 1 order by 1) t`)
  const products = () => shop.query('select * from catalog.products order by sku')
  const miscounted = () =>
    one(`select count(*)::int from inventory.stock s left join (select sku, warehouse, sum(quantity) filter (where state = 'held') as held,
      sum(quantity) filter (where state = 'shipped') as shipped from inventory.reservations group by 1, 2) r using (sku, warehouse)
      where s.reserved <> coalesce(r.held, 0) or s.shipped <> coalesce(r.shipped, 0)`)
  const before = { totals: await totals(), products: await products() }
  const backup = await planned('nightly-backup', {})

  await context.test('before there is a backup, the actions say so', async () => {
    assert.match((await act('list-backups')).summary, /^0 base backups; no WAL is archived; no restored server runs$/)
    await assert.rejects(act('restore-beside', { until: await now() }), { code: 'conflict' })
    await assert.rejects(act('restore-beside', { until: 'noon' }), { code: 'bad-request', message: /'noon' is not a time: write 14:03:27/ })
    await assert.rejects(act('copy-table-back', { table: 'inventory.stock' }), { code: 'not-found', message: /restore one first/ })
    await assert.rejects(act('drop-restored'), { code: 'not-found' })
    assert.equal(actionById('copy-table-back').params.safeParse({ table: 'inventory.stocks' }).success, false)
  })

  await context.test('deleted stock is copied back, also while orders continue, and the revert corrects the count', async () => {
    for (const _ of [1, 2]) await backup.inject()
    assert.deepEqual(await backup.observe(), { backups: 1, archives: true })
    const fault = await planned('careless-statement', { change: 'delete-stock', categories: ['office', 'home'], by: 'stock-review' })
    const usual = await fault.observe()
    const other = `select min(sku) from catalog.products where category = 'kitchen'`
    const [reserved] = await shop.query<{ sku: string }>(`select min(sku) as sku from catalog.products where category = 'office'`)
    await shop.query(`update inventory.stock set available = available - 3, reserved = 3 where sku = $1 and warehouse = 'ams'`, [
      reserved?.sku,
    ])
    await shop.query(`insert into inventory.reservations (order_id, sku, warehouse, quantity, state) values ($1, $2, 'ams', 3, 'held')`, [
      order,
      reserved?.sku,
    ])
    const until = await now()
    await fault.inject()
    const gone = await missing()
    assert.ok(Number(gone) > 1_000)
    await fault.inject()
    assert.equal(await missing(), gone)
    // It is shipped while its stock is gone.
    await shop.query(`update inventory.reservations set state = 'shipped'`)
    const told = await act('restore-beside', { until })
    assert.match(told.summary, new RegExp(`rows that the live one lacks: ${String(gone)} in inventory\\.stock$`))
    assert.deepEqual(
      told.rows?.find(({ table }) => table === 'inventory.stock'),
      { table: 'inventory.stock', restored: 19_200, live: 19_200 - Number(gone) },
    )
    await shop.query(`update inventory.stock set available = 5 where sku = (${other}) and warehouse = 'ams'`)
    assert.match((await act('copy-table-back', { table: 'inventory.stock' })).summary, new RegExp(`^${String(gone)} rows were copied back`))
    assert.equal(await missing(), 0)
    assert.equal(await one(`select available from inventory.stock where warehouse = 'ams' and sku = (${other})`), 5, 'a newer row stays')
    assert.match((await act('copy-table-back', { table: 'inventory.stock' })).summary, /lacks no row/)
    assert.equal(await miscounted(), 1)
    for (const _ of [1, 2]) await fault.revert()
    assert.equal(await miscounted(), 0)
    assert.deepEqual(await fault.observe(), usual)
    await shop.query(`update inventory.stock set available = 2000000 - reserved - shipped`)
    assert.deepEqual(await totals(), before.totals)
  })

  await context.test('the statement is in the log, under its name, without a trace of the fault', async () => {
    const log = String(await one(`select pg_read_file('log/postgresql.json')`))
    const lines = log.split('\n').filter((line) => line.includes('stock-review'))
    assert.equal(lines.length, 1)
    const { message, user, application_name, timestamp } = JSON.parse(lines[0] ?? '') as Record<string, string>
    assert.equal(
      message,
      `statement: delete from inventory.stock where sku in (select sku from catalog.products where category in ('office', 'home'))`,
    )
    assert.deepEqual([user, application_name], ['postgres', 'stock-review'])
    await assert.doesNotReject(act('restore-beside', { until: timestamp }), 'the time can be taken from the log as it is')
  })

  await context.test('overwritten prices are copied back unless somebody has changed them since', async () => {
    const fault = await planned('careless-statement', { change: 'set-prices', cents: 99_999_999 })
    const until = await now()
    for (const _ of [1, 2]) await fault.inject()
    assert.equal(await one('select count(distinct price_cents)::int from catalog.products'), 1)
    await shop.query(`update catalog.products set price_cents = 777 where sku = 'P00002'`)
    await act('restore-beside', { until })
    const back = { table: 'catalog.products', mode: 'overwrite-columns' }
    for (const columns of ['', 'sku', 'colour'])
      await assert.rejects(act('copy-table-back', { ...back, columns }), {
        code: 'bad-request',
        message: /choose name, category, description, price_cents/,
      })
    await assert.rejects(act('copy-table-back', { table: 'catalog.products', columns: 'price_cents' }), { code: 'bad-request' })
    const { summary } = await act('copy-table-back', { ...back, columns: 'price_cents', only_where_now: '99999999' })
    assert.match(summary, /^price_cents of 2399 rows/)
    assert.equal(await one(`select price_cents from catalog.products where sku = 'P00002'`), 777)
    await act('copy-table-back', { ...back, columns: 'price_cents' })
    assert.deepEqual(await products(), before.products)
    await fault.inject()
    await shop.query(`update catalog.products set price_cents = 777 where sku = 'P00002'`)
    for (const _ of [1, 2]) await fault.revert()
    const other = (rows: Record<string, unknown>[]) => rows.filter(({ sku }) => sku !== 'P00002')
    assert.deepEqual(other(await products()), other(before.products))
    assert.equal(await one(`select price_cents from catalog.products where sku = 'P00002'`), 777, 'the newer price stays')
    await shop.query('update catalog.products set price_cents = $1 where sku = $2', [before.products[1]?.['price_cents'], 'P00002'])
  })

  await context.test('products that nobody restored are restored unchanged', async () => {
    const fault = await planned('careless-statement', { change: 'delete-products', categories: ['kitchen'] })
    await fault.inject()
    assert.ok(Number(await one('select count(*)::int from catalog.products')) < 2_400)
    for (const _ of [1, 2]) await fault.revert()
    assert.deepEqual(await products(), before.products)
  })

  await context.test('data that are deleted repeatedly stay only once the job is stopped', async () => {
    const fault = await planned('careless-statement', { change: 'delete-stock', categories: ['office'], everySeconds: 1 })
    const until = await now()
    for (const _ of [1, 2]) await fault.inject()
    assert.deepEqual(
      (await act('list-jobs')).rows?.map(({ program }) => program),
      ['catalogue-cleanup'],
    )
    const isGone = async () => Number(await missing()) > 0
    await eventually('the rows to be gone', isGone)
    await act('restore-beside', { until })
    await act('copy-table-back', { table: 'inventory.stock' })
    await eventually('them to be gone again', isGone)
    await act('stop-job', { program: 'catalogue-cleanup' })
    await act('copy-table-back', { table: 'inventory.stock' })
    assert.equal(await missing(), 0)
    for (const _ of [1, 2]) await fault.revert()
    assert.deepEqual(await totals(), before.totals)
  })

  await context.test('rows that somebody created again without a piece get theirs with the first fault', async () => {
    const deleted = await planned('careless-statement', { change: 'delete-stock', categories: ['office'] })
    await deleted.inject()
    const empty = await planned('careless-statement', { change: 'empty-stock', categories: ['office'] })
    await empty.inject()
    assert.equal(await missing(), 0)
    assert.match(String(await totals()), /^0: \d+, /)
    for (const fault of [empty, deleted]) await fault.revert()
    assert.deepEqual(await totals(), before.totals)
  })

  await context.test('backups and the restored server are removed with the drill', async () => {
    assert.match((await act('list-backups')).summary, /^1 base backups; WAL is archived until .*; a server restored to .* runs$/)
    assert.match((await act('drop-restored')).summary, /was stopped and deleted$/)
    for (const _ of [1, 2]) await backup.revert()
    assert.deepEqual(
      await leftBehind(
        range,
        { users: 30 },
        resources.filter(({ id }) => id === 'backups'),
      ),
      [],
    )
  })
})

const eventually = (what: string, holds: () => Promise<boolean>) => until(what, 20_000, holds, 50)
