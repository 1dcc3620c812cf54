import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import { undoOf } from '../control/undo.ts'
import type { ActionContext } from '../model/action.ts'
import type { Range } from '../model/range.ts'
import { until } from '../model/until.ts'
import { ownReplica } from '../test/own-replica.ts'
import { postgresBin } from '../test/own-postgres.ts'
import { realJobs } from '../test/real-jobs.ts'
import { ShopDatabase } from '../test/shop-database.ts'
import { actionById } from './actions/registry.ts'
import { leftBehind, restoreBaseline } from './baseline.ts'
import { faultById, lackedFor } from './faults/registry.ts'
import { readAddress } from './replica.ts'
import { resources } from './resources/registry.ts'

const root = path.join(import.meta.dirname, '..')
const skip = postgresBin ? false : 'PostgreSQL is not installed'
const ofReplica = resources.filter(({ id }) => id === 'replica')
const causes = ['paused', 'report', 'delayed', 'locked'] as const

async function act(range: Range, id: string, raw: Record<string, unknown> = {}) {
  const action = actionById(id)
  return action.run({ range, by: 'Robin' } as ActionContext, action.params.parse(raw))
}

const planned = async (range: Range, raw: Record<string, unknown>) => {
  const fault = faultById('replica-lag')
  const params = fault.params.parse(raw)
  const undo: unknown = JSON.parse(JSON.stringify(await fault.plan({ range }, params)))
  return {
    inject: () => fault.inject({ range }, params, undo),
    revert: () => fault.revert({ range }, undo),
    observe: () => fault.observe({ range }, params),
  }
}

test('reads are moved to a replica and back, and what is left is removed', async () => {
  const range = paperRange(root, 30)
  const fault = await planned(range, { cause: 'delayed', delayMinutes: 5 })
  const before = await fault.observe()
  for (const _ of [1, 2]) await fault.inject()
  assert.deepEqual(await fault.observe(), { reads: '127.0.0.1:1', isReplicated: true })
  assert.deepEqual(await range.config.get('catalog'), { DATABASE_READ_ADDRESS: '127.0.0.1:1' })
  assert.match((await act(range, 'show-replication')).summary, /port 1 receives changes.*recovery_min_apply_delay is 5min$/)

  assert.deepEqual((await undoOf(range, 'direct-reads', { server: 'primary' }))?.params, { server: 'replica' })
  await act(range, 'direct-reads', { server: 'primary' })
  assert.equal(await readAddress(range), null)
  assert.deepEqual((await undoOf(range, 'direct-reads', { server: 'replica' }))?.params, { server: 'primary' })
  await act(range, 'direct-reads', { server: 'replica' })
  assert.equal(await readAddress(range), '127.0.0.1:1')
  await act(range, 'reset-replica-settings')
  assert.equal((await range.replica?.status())?.applyDelay, '0')

  const [left] = await leftBehind(range, { users: 30 }, ofReplica)
  assert.equal(left?.detail, 'the database has a replica')
  const silent: Range = { ...range, replica: range.replica && { ...range.replica, status: () => Promise.reject(new Error('no answer')) } }
  assert.equal((await leftBehind(silent, { users: 30 }, ofReplica)).length, 1, 'also one that does not answer')
  for (const _ of [1, 2]) await fault.revert()
  assert.deepEqual(await fault.observe(), before)
  assert.deepEqual(await range.config.get('catalog'), {})
  for (const id of ['direct-reads', 'resume-replay', 'reset-replica-settings', 'end-replica-session', 'admit-replica'])
    await assert.rejects(act(range, id, { server: 'replica', pid: 1 }), { code: 'not-found' })
  assert.deepEqual(await act(range, 'show-replication'), { summary: 'the database has no replica', rows: [] })
})

test('a range that can have no replica offers neither the fault nor its actions', () => {
  assert.deepEqual(lackedFor(faultById('replica-lag'), undefined, { lacks: ['replica'] }), ['replica'])
  for (const id of ['show-replication', 'direct-reads', 'resume-replay', 'end-replica-session', 'reset-replica-settings'])
    assert.deepEqual(actionById(id).needs, ['replica'])
})

test('on a real PostgreSQL each cause holds up replay until its fix', { skip }, async (context) => {
  await using shop = await ShopDatabase.open('replica-lag')
  const replica = ownReplica(shop.context)
  await using _ = { [Symbol.asyncDispose]: () => replica.remove() }
  const jobs = realJobs(shop.context)
  const range: Range = { ...paperRange(root, 30), database: shop, jobs, replica }
  const price = `select price_cents as cents from catalog.products where sku = 'P00007'`
  const isCurrent = async () => {
    const [[there], [here]] = await Promise.all([shop.query<{ cents: number }>(price), replica.query<{ cents: number }>(price)])
    return there?.cents === here?.cents
  }
  const fixes: Record<(typeof causes)[number], () => Promise<unknown>> = {
    paused: () => act(range, 'resume-replay'),
    report: async () => {
      const { rows = [] } = await act(range, 'show-replication')
      assert.deepEqual(
        rows.map(({ application }) => application),
        ['catalogue-report'],
      )
      await act(range, 'end-replica-session', { pid: rows[0]?.['pid'] })
      await until('the report to exit', 10_000, async () => (await jobs.running()).length === 0)
    },
    delayed: () => act(range, 'reset-replica-settings'),
    locked: () => act(range, 'admit-replica'),
  }
  for (const cause of causes) {
    await context.test(cause, async () => {
      const fault = await planned(range, { cause })
      await fault.inject()
      await shop.query(`update catalog.products set price_cents = price_cents + 1 where sku = 'P00007'`)
      await until('the replica to be held up', 20_000, async () => {
        const status = await replica.status()
        return cause === 'locked' ? status?.isStreaming === false : (status?.waitingBytes ?? 0) > 0
      })
      assert.equal(await isCurrent(), false)
      await fixes[cause]()
      await until('the replica to catch up', 20_000, isCurrent)
      await (cause === 'delayed' ? restoreBaseline(range, 30, ofReplica) : fault.revert())
      assert.equal(await replica.status(), null)
    })
  }
})
