import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { until } from '../../../model/until.ts'
import { ownReplica } from '../../../test/own-replica.ts'
import { postgresBin } from '../../../test/own-postgres.ts'
import { ShopDatabase } from '../../../test/shop-database.ts'
import { postgresDataDir } from '../../components/postgres.ts'
import { isThere, withEnvironment } from './identity.ts'

const skip = postgresBin ? false : 'PostgreSQL is not installed'

test('a real PostgreSQL gets a replica that follows it, can be held up, and is removed with all it left', { skip }, async (context) => {
  await using shop = await ShopDatabase.open('replica')
  const replica = ownReplica(shop.context)
  // Before its primary is removed.
  await using _ = { [Symbol.asyncDispose]: () => replica.remove() }
  const { state } = replica.target
  const folder = path.join(path.dirname(postgresDataDir(shop.context)), 'replica')
  const price = async (from: { query: typeof shop.query }) => {
    const [row] = await from.query<{ cents: number }>(`select price_cents as cents from catalog.products where sku = 'P00007'`)
    return row?.cents
  }
  const change = (cents: number) => shop.query(`update catalog.products set price_cents = $1 where sku = 'P00007'`, [cents])
  const caughtUp = (cents: number) => until('the replica to catch up', 20_000, async () => (await price(replica)) === cents)
  const left = async () => [
    ...(await shop.query(`select slot_name from pg_replication_slots`)),
    ...(await shop.query(`select rolname from pg_roles where rolname = 'replica'`)),
  ]

  await context.test('before one is requested, nothing runs and nothing is on disk', async () => {
    assert.equal(await replica.status(), null)
    assert.deepEqual([withEnvironment({ FIREDRILL_RANGE: shop.context.config.id }), existsSync(folder)], [[], false])
    await assert.rejects(replica.query('select 1'), { code: 'not-found', message: /has no replica/ })
  })

  await context.test('it has what the primary has, and what is changed there later, and cannot be written', async () => {
    await change(1_111)
    await replica.start()
    assert.equal(await price(replica), 1_111)
    await change(2_222)
    await caughtUp(2_222)
    await assert.rejects(replica.query(`update catalog.products set price_cents = 1 where sku = 'P00007'`), /read-only transaction/)
    const { isStreaming, isPaused, applyDelay, sessions } = (await replica.status()) ?? {}
    assert.deepEqual({ isStreaming, isPaused, applyDelay, sessions }, { isStreaming: true, isPaused: false, applyDelay: '0', sessions: [] })
  })

  await context.test('paused replay goes on when it is resumed', async () => {
    await replica.query('select pg_wal_replay_pause()')
    await change(3_333)
    await until('changes to wait', 20_000, async () => {
      const status = await replica.status()
      return status?.isPaused && status.isStreaming && status.waitingBytes > 0
    })
    assert.equal(await price(replica), 2_222)
    await replica.query('select pg_wal_replay_resume()')
    await caughtUp(3_333)
  })

  await context.test('a delay is set, and reset, without a restart', async () => {
    await replica.query(`alter system set recovery_min_apply_delay = '60min'`)
    await replica.query('select pg_reload_conf()')
    await until('the setting', 10_000, async () => (await replica.status())?.applyDelay === '1h')
    await change(4_444)
    await until('changes to wait', 20_000, async () => ((await replica.status())?.waitingBytes ?? 0) > 0)
    assert.equal(await price(replica), 3_333)
    await replica.query('alter system reset all')
    await replica.query('select pg_reload_conf()')
    await caughtUp(4_444)
  })

  await context.test('a report that sees what the primary has cleaned up holds up replay until it ends', async () => {
    const client = new pg.Client({
      connectionString: `postgres://postgres:${shop.context.config.passwords.postgres}@127.0.0.1:${shop.context.port('replica')}/shop`,
      application_name: 'a-report',
    })
    client.on('error', () => {})
    await client.connect()
    await client.query('begin isolation level repeatable read')
    await client.query('select count(*) from catalog.products')
    await change(5_555)
    const waits = `select exists (select from pg_stat_activity where backend_type = 'startup' and wait_event like 'RecoveryConflict%') as waits`
    await until('replay to wait', 30_000, async () => {
      await shop.query('vacuum catalog.products')
      return (await replica.query<{ waits: boolean }>(waits))[0]?.waits
    })
    await change(6_666)
    const status = await replica.status()
    assert.deepEqual(
      status?.sessions.map(({ application, state: its }) => [application, its]),
      [['a-report', 'idle in transaction']],
    )
    assert.ok((await price(replica)) !== 6_666)
    await replica.query('select pg_terminate_backend($1)', [status?.sessions[0]?.pid])
    await caughtUp(6_666)
    await client.end().catch(() => {})
  })

  await context.test('after a kill, the next process finds and removes everything, its role and its slot too', async () => {
    const record = state.run('replica')
    assert.ok(isThere(record))
    // Killed before it could record what it had started.
    state.clearRun('replica')
    const next = ownReplica(shop.context)
    assert.equal((await next.status())?.isStreaming, false)
    for (const _ of [1, 2]) await next.remove()
    assert.equal(await next.status(), null)
    assert.deepEqual([isThere(record), existsSync(folder), await left()], [false, false, []])
  })
})
