import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ownBackups } from '../../../test/own-backups.ts'
import { postgresBin } from '../../../test/own-postgres.ts'
import { ShopDatabase } from '../../../test/shop-database.ts'
import { postgresDataDir } from '../../components/postgres.ts'
import { isThere, withEnvironment } from './identity.ts'
import { terminate } from './process.ts'

const skip = postgresBin ? false : 'PostgreSQL is not installed'
const nothing = { backups: [], archive: { running: false, until: null }, restored: null, bytes: 0 }

test('a real PostgreSQL is backed up, restored beside itself to a moment, and all of it is removed', { skip }, async (context) => {
  await using shop = await ShopDatabase.open('backups')
  const backups = ownBackups(shop.context)
  // Before its database is removed.
  await using _ = { [Symbol.asyncDispose]: () => backups.remove() }
  const { state } = backups.target
  const folder = path.join(path.dirname(postgresDataDir(shop.context)), 'backups')
  const processes = () => withEnvironment({ FIREDRILL_RANGE: shop.context.config.id })
  /** A whole millisecond after all previous commits, and before all later ones. */
  const now = async () => {
    const [row] = await shop.query<{ now: Date }>(`select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as now`)
    await shop.query('select pg_sleep(0.01)')
    return row?.now.toISOString() ?? ''
  }
  const stock = 'select count(*)::int as rows from inventory.stock'
  const before = await now()

  await context.test('before there is a backup, nothing runs, nothing is on disk, and a restore says what is missing', async () => {
    assert.deepEqual(await backups.status(), nothing)
    assert.deepEqual(processes(), [])
    await assert.rejects(backups.restore(before), { code: 'conflict', message: /there is no base backup yet/ })
    await assert.rejects(backups.query('select 1'), { code: 'not-found', message: /restore one first/ })
    await assert.rejects(backups.damage('20260101T000000Z'), { code: 'not-found', message: /choose none, as none was made/ })
  })

  await context.test('a base backup is made and checked, and the archive has the WAL from then on', async () => {
    const made = await backups.make()
    assert.equal(made.check, 'passed')
    assert.match(made.name, /^\d{8}T\d{6}Z$/)
    assert.match(made.lsn, /^[0-9A-F]+\/[0-9A-F]+$/)
    assert.ok(made.sizeBytes > 10_000_000)
    const { backups: listed, archive, bytes } = await backups.status()
    assert.deepEqual(listed, [made])
    assert.ok(archive.running && archive.until !== null && bytes > made.sizeBytes)
    await assert.rejects(backups.restore(before), { code: 'bad-request', message: /is before the end of base backup/ })
    const later = new Date(Date.now() + 60_000).toISOString()
    await assert.rejects(backups.restore(later), { code: 'bad-request', message: /is in the future/ })
    await assert.rejects(backups.restore(await now(), 'none'), { code: 'not-found', message: new RegExp(made.name) })
  })

  await context.test(
    'what was deleted is in a server that was restored to the moment before, and not in one to the moment after',
    async () => {
      await shop.query(`update inventory.stock set available = 17 where sku = 'P00007'`)
      const until = await now()
      await shop.query('delete from inventory.stock')
      const after = await now()
      await shop.query(`insert into inventory.stock (sku, warehouse, available) values ('P00001', 'ams', 1)`)
      const restored = await backups.restore(until)
      assert.equal(restored.until, until)
      assert.deepEqual((await backups.status()).restored, restored)
      assert.deepEqual(await backups.query(stock), [{ rows: 19_200 }])
      assert.deepEqual(await backups.query(`select distinct available from inventory.stock where sku = $1`, ['P00007']), [
        { available: 17 },
      ])
      await assert.rejects(backups.query('delete from inventory.stock'), /read-only/)
      await backups.restore(after)
      assert.deepEqual(await backups.query(stock), [{ rows: 0 }])
      assert.deepEqual(await shop.query(stock), [{ rows: 1 }], 'the live server goes on')
    },
  )

  await context.test('the restored server is small, on the loopback only, and gone when it is dropped', async () => {
    const rows = await backups.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name in ('listen_addresses', 'shared_buffers') order by name`,
    )
    assert.deepEqual(rows, [
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'shared_buffers', setting: '1024' },
    ])
    for (const _ of [1, 2]) await backups.drop()
    assert.equal((await backups.status()).restored, null)
    assert.ok(!existsSync(path.join(folder, 'restored')))
  })

  await context.test('a truncated backup is reported when it is used, and an older one can be named', async () => {
    const [first] = (await backups.status()).backups
    assert.ok(first)
    const second = await backups.make({ check: false })
    assert.equal(second.check, 'not-run')
    await backups.damage(second.name)
    const until = await now()
    const message = new RegExp(
      `^from base backup ${second.name}, the restored server did not start: could not read file "global/pg_control"`,
    )
    await assert.rejects(backups.restore(until), { code: 'component-failed', message })
    assert.equal((await backups.status()).restored, null)
    await backups.restore(until, first.name)
    assert.deepEqual(await backups.query(stock), [{ rows: 1 }])
  })

  await context.test('after a kill, the next process finds and removes everything', async () => {
    const record = state.run('restored-postgres')
    assert.ok(isThere(record))
    // Killed before it could record what it had started.
    state.clearRun('restored-postgres')
    const next = ownBackups(shop.context)
    for (const _ of [1, 2]) await next.remove()
    assert.deepEqual(await next.status(), nothing)
    assert.deepEqual([isThere(record), processes(), existsSync(folder)], [false, [], false])
    assert.deepEqual(await shop.query('select slot_name from pg_replication_slots'), [])
  })

  await context.test('beside a tablespace nothing is backed up or restored: a restored server would write into its folder', async () => {
    await backups.make({ check: false })
    const until = await now()
    const place = path.join(path.dirname(postgresDataDir(shop.context)), 'elsewhere')
    mkdirSync(place)
    const { uid, gid } = statSync(postgresDataDir(shop.context))
    chownSync(place, uid, gid)
    await shop.query(`create tablespace elsewhere location '${place}'`)
    try {
      const refused = { code: 'conflict', message: /has a tablespace, 'elsewhere'/ }
      await assert.rejects(backups.make(), refused)
      await assert.rejects(backups.restore(until), refused)
    } finally {
      await shop.query('drop tablespace elsewhere')
    }
    await backups.remove()
  })

  await context.test('an archive that has stopped is reported, and started again with the next backup', async () => {
    await backups.make({ check: false })
    const record = state.run('wal-archive')
    assert.ok(record)
    await terminate(record, { signal: 'SIGKILL', deadlineMs: 2_000 })
    assert.equal((await backups.status()).archive.running, false)
    await backups.make({ check: false })
    assert.equal((await backups.status()).archive.running, true)
    await backups.remove()
  })
})
