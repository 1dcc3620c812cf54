import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import { undoOf } from '../control/undo.ts'
import type { ActionContext } from '../model/action.ts'
import type { Range } from '../model/range.ts'
import { until } from '../model/until.ts'
import { binarySources, findBinary } from '../range/binaries.ts'
import { redis } from '../range/components/redis.ts'
import { postgresDataDir } from '../range/components/postgres.ts'
import type { RangeContext } from '../range/context.ts'
import { localCache } from '../range/targets/local/cache.ts'
import { readStat } from '../range/targets/local/identity.ts'
import { canMount, unmount } from '../range/targets/local/mounts.ts'
import { RangeState } from '../range/targets/local/state.ts'
import { mountedVolumes } from '../range/targets/local/volume-folders.ts'
import { localVolumes } from '../range/targets/local/volumes.ts'
import { freePort } from '../test/free-port.ts'
import { postgresBin } from '../test/own-postgres.ts'
import { realJobs } from '../test/real-jobs.ts'
import { ShopDatabase } from '../test/shop-database.ts'
import { actionById } from './actions/registry.ts'
import { leftBehind, restoreBaseline } from './baseline.ts'
import { faultById, lackedFor } from './faults/registry.ts'
import { resources } from './resources/registry.ts'

const root = path.join(import.meta.dirname, '..')
const source = binarySources('').find(({ binary }) => binary === 'redisServer')
const redisServer = source ? findBinary(source) : null
const cannot = canMount() ? false : 'no volume can be mounted here'
const ofVolumes = resources.filter(({ id }) => id === 'volumes')
const order = (text: string) => `insert into orders.orders (id, idempotency_key, customer, items, total_cents, state)
  values (gen_random_uuid(), gen_random_uuid(), 'c', '${text}', 1, 'pending')`

const recordOf = (pid: number) => ({
  pid,
  startTicks: readStat(pid)?.startTicks ?? 0,
  nonce: '0',
  startedAt: 0,
  readyAfterMs: 0,
  stopping: false,
})
const never = async (): Promise<never> => assert.fail('nothing has to be restarted')

async function act(range: Range, id: string, raw: Record<string, unknown>) {
  const action = actionById(id)
  return action.run({ range, by: 'Robin' } as ActionContext, action.params.parse(raw))
}
const planned = async (range: Range, id: string, raw: Record<string, unknown>) => {
  const fault = faultById(id)
  const params = fault.params.parse(raw)
  const undo: unknown = JSON.parse(JSON.stringify(await fault.plan({ range }, params)))
  return {
    inject: () => fault.inject({ range }, params, undo),
    revert: () => fault.revert({ range }, undo),
    observe: async () => structuredClone(await fault.observe({ range }, params)),
  }
}

/** A range on paper whose database, jobs and volumes are real. */
function rangeOn(shop: ShopDatabase) {
  const { context } = shop
  mkdirSync(path.join(context.dir, 'run'), { recursive: true })
  const state = new RangeState(context.dir)
  const postmaster = path.join(postgresDataDir(context), 'postmaster.pid')
  state.setRun('postgres', recordOf(Number(readFileSync(postmaster, 'utf8').split('\n')[0])))
  const volumes = localVolumes({ context, state, start: never, stop: never })
  return { ...paperRange(root, 30), database: shop, jobs: realJobs(context), volumes }
}

/** Orders until one is refused, or as many as that. */
async function placeOrders(shop: ShopDatabase, most: number): Promise<void> {
  for (let placed = 0; placed < most; placed++) await shop.query(order('[{"sku": "P00001", "quantity": 1}]'))
}
const fullDisk = /could not extend file "pg_tblspc.*No space left on device/

test(
  'a full volume of PostgreSQL refuses rows until there is space, and goes with the drill',
  { skip: postgresBin ? cannot : 'PostgreSQL is not installed' },
  async (context) => {
    await using shop = await ShopDatabase.open('volumes')
    const range = rangeOn(shop)
    await using _ = { [Symbol.asyncDispose]: async () => await faultById('journal-full').revert({ range }, {}) }
    const left = async () => (await leftBehind(range, { users: 30 }, ofVolumes)).map(({ id }) => id)
    const listed = () => act(range, 'list-volumes', { store: 'postgres' })
    const what = async () => ((await listed()).rows ?? []).map((row) => `${String(row['what'])}: ${String(row['detail'])}`).join('\n')

    await context.test('a fresh range has none', async () => {
      assert.deepEqual(await left(), [])
      assert.match((await listed()).summary, /^postgres has no volume of its own/)
      await assert.rejects(act(range, 'delete-volume-file', { volume: 'journal', file: 'a' }), { code: 'not-found' })
      await assert.rejects(act(range, 'extend-volume', { volume: 'journal', megabytes: 9 }), { code: 'not-found' })
    })

    const ways: Record<string, { sees: RegExp; fix: () => Promise<unknown> }> = {
      'old-export': {
        sees: /^orders-export-2026-08\.csv: $/m,
        fix: () => act(range, 'delete-volume-file', { volume: 'journal', file: 'orders-export-2026-08.csv' }),
      },
      'last-year': {
        sees: /^PG_\d+_\d+: of the data store itself$/m,
        fix: () => act(range, 'extend-volume', { volume: 'journal', megabytes: 16 }),
      },
      'deleted-export': {
        sees: /^journal-export\.csv \(deleted\): still open in process \d+: postgres: .*COPY/m,
        fix: () => act(range, 'stop-job', { program: 'journal-export' }),
      },
    }
    for (const [filledBy, { sees, fix }] of Object.entries(ways))
      await context.test(`${filledBy}: rows are refused, what takes the space is seen, and it can be had back`, async () => {
        const { inject, revert, observe } = await planned(range, 'journal-full', { filledBy, megabytes: 4, spareKilobytes: 8 })
        const before = await observe()
        await inject()
        const during = await observe()
        assert.notDeepEqual(during, before)
        assert.deepEqual(await left(), ['volumes'])
        await inject()
        assert.deepEqual(await observe(), during)
        await assert.rejects(placeOrders(shop, 200), fullDisk)
        assert.match(await what(), sees)
        await fix()
        await until('space', 10_000, async () => ((await range.volumes.list())[0]?.freeBytes ?? 0) > 1_000_000)
        await placeOrders(shop, 200)
        for (const time of ['once', 'twice']) {
          await revert()
          assert.deepEqual(await observe(), before, `reverted ${time}`)
        }
        assert.deepEqual(await left(), [])
        assert.deepEqual(mountedVolumes(shop.context), [])
        await placeOrders(shop, 1)
      })

    await context.test('files that PostgreSQL needs, paths and sizes that are too small are refused', async () => {
      const { inject, revert } = await planned(range, 'journal-full', { megabytes: 4 })
      await inject()
      const own = (await range.volumes.list())[0]?.files.find(({ isOwn }) => isOwn)?.name
      const refuse = (file: string | undefined, code: string) =>
        assert.rejects(act(range, 'delete-volume-file', { volume: 'journal', file }), { code })
      await refuse(own, 'bad-request')
      await refuse('../postgres', 'bad-request')
      await refuse('..', 'bad-request')
      await refuse('nothing', 'not-found')
      await assert.rejects(act(range, 'extend-volume', { volume: 'journal', megabytes: 3 }), /take \d+ bytes/)
      assert.throws(() => actionById('extend-volume').params.parse({ volume: 'journal', megabytes: 65 }))
      const undo = await undoOf(range, 'extend-volume', { volume: 'journal', megabytes: 8 })
      assert.deepEqual(undo, { action: 'extend-volume', params: { volume: 'journal', megabytes: 4 }, what: 'give journal 4 MiB again' })
      assert.equal(await undoOf(range, 'extend-volume', { volume: 'cache' }), null)
      await revert()
    })

    await context.test('after a power failure, when nothing of the volume is left, all comes out just so', async () => {
      const { inject, revert, observe } = await planned(range, 'journal-full', { megabytes: 4, table: 'payments.charges' })
      const before = await observe()
      await inject()
      for (const { folder } of mountedVolumes(shop.context)) await unmount(folder)
      await revert()
      assert.deepEqual(await observe(), before)
      assert.deepEqual(await left(), [])
    })

    await context.test('a restore brings back what a trainee has put there', async () => {
      const { inject } = await planned(range, 'journal-full', { megabytes: 8, spareKilobytes: 1_024 })
      await inject()
      await shop.query('create table orders.of_a_trainee tablespace journal as select 1 as one')
      await restoreBaseline(range, 30, ofVolumes)
      assert.deepEqual(await left(), [])
      assert.deepEqual(await shop.query('select one from orders.of_a_trainee'), [{ one: 1 }])
    })
  },
)

/** A Redis that is started as the shop's is. */
async function ownRedis() {
  const dir = mkdtempSync(path.join(tmpdir(), 'volumes-redis-'))
  const port = await freePort()
  mkdirSync(path.join(dir, 'run'))
  // Safe: Redis and its volume need no more of it.
  const context = {
    dir,
    listen: '127.0.0.1',
    binaries: { redisServer },
    config: { id: 'volumes' },
    port: () => port,
  } as unknown as RangeContext
  const state = new RangeState(dir)
  let server: ChildProcess | null = null
  const stop = async () => {
    const exit = server && once(server, 'exit')
    // One that cannot save does not stop when it is asked to.
    server?.kill('SIGKILL')
    await exit
    server = null
    state.clearRun('redis')
  }
  const start = async () => {
    await redis.prepare?.(context)
    const { file, args } = redis.process(context)
    server = spawn(file, args, { cwd: '/', stdio: 'ignore' })
    state.setRun('redis', recordOf(server.pid ?? 0))
    await until(
      'Redis',
      10_000,
      () =>
        redis
          .readiness(context)
          .check(1_000)
          .then(() => true),
      { retries: () => true },
    )
    return { name: 'redis', outcome: 'started', tookMs: 0 } as const
  }
  await start()
  const volumes = localVolumes({ context, state, start, stop })
  const range: Range = { ...paperRange(root, 30), cache: localCache(context), volumes }
  const end = async () => {
    await stop()
    for (const { folder } of mountedVolumes(context)) await unmount(folder)
    rmSync(dir, { recursive: true, force: true })
  }
  return { range, context, stop, start, [Symbol.asyncDispose]: end }
}

test(
  'Redis on a full volume refuses to be written to until it can save',
  { skip: redisServer ? cannot : 'Redis is not installed' },
  async (context) => {
    await using own = await ownRedis()
    const { range } = own
    const write = () => range.cache.command('SET', 'key', 'value')
    const fill = () =>
      range.cache.command('EVAL', `for n = 1, 200 do redis.call('SET', 'key' .. n, string.rep(tostring(math.random()), 50)) end`, '0')
    const refused = () =>
      until('Redis to refuse', 20_000, () =>
        write().then(
          () => false,
          (error: unknown) => /MISCONF/.test(String(error)),
        ),
      )
    const { inject, revert, observe } = await planned(range, 'cache-volume-full', { megabytes: 2, everySeconds: 1 })
    const before = await observe()

    await context.test('it reads, and does not write; a restart hides that for a moment; the leftover can be deleted', async () => {
      await inject()
      const during = await observe()
      assert.notDeepEqual(during, before)
      await inject()
      assert.deepEqual(await observe(), during)
      await fill()
      await refused()
      assert.equal(await range.cache.command('GET', 'key1').then((value) => typeof value), 'string')
      await inject()
      await own.stop()
      await own.start()
      await range.cache.command('CONFIG', 'SET', 'save', '1 1')
      await fill()
      await refused()
      const { rows = [] } = await act(range, 'list-volumes', { store: 'redis' })
      assert.ok(rows.some(({ what }) => what === 'dump-2026-08-14.rdb'))
      await act(range, 'delete-volume-file', { volume: 'cache', file: 'dump-2026-08-14.rdb' })
      await until('Redis to accept', 20_000, () =>
        write().then(
          () => true,
          () => false,
        ),
      )
      await until('a snapshot', 5_000, async () => (await range.volumes?.list())?.[0]?.files.some(({ name }) => name === 'dump.rdb'))
      await assert.rejects(act(range, 'delete-volume-file', { volume: 'cache', file: 'dump.rdb' }), { code: 'bad-request' })
    })

    await context.test('it comes out, twice if need be, and Redis is as it was', async () => {
      for (const _ of [1, 2]) {
        await revert()
        assert.deepEqual(await observe(), before)
      }
      await write()
    })

    await context.test('it comes out from wherever it was left: with Redis stopped, or nothing mounted any more', async () => {
      await inject()
      await own.stop()
      await revert()
      await write()
      await inject()
      await own.stop()
      for (const { folder } of mountedVolumes(own.context)) await unmount(folder)
      await revert()
      assert.deepEqual(await observe(), before)
      await write()
    })
  },
)

test('where nothing can be mounted, faults and actions with volumes are not offered', () => {
  const range = { lacks: ['volumes'] } as const
  for (const id of ['journal-full', 'cache-volume-full']) assert.deepEqual(lackedFor(faultById(id), undefined, range), ['volumes'])
  for (const id of ['list-volumes', 'delete-volume-file', 'extend-volume']) assert.deepEqual(actionById(id).needs, ['volumes'])
})

test('on a range on paper, which fills nothing by itself, the faults come to an end', async () => {
  const range = paperRange(root, 30)
  for (const filledBy of ['old-export', 'last-year', 'deleted-export']) await (await planned(range, 'journal-full', { filledBy })).inject()
  await (await planned(range, 'cache-volume-full', {})).inject()
  assert.deepEqual(
    (await range.volumes?.list())?.map(({ name }) => name),
    ['journal', 'cache'],
  )
})
