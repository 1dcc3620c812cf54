import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { bank } from '../../drills/bank.ts'
import { fingerprint, type Fingerprint } from '../../drills/baseline.ts'
import { faults, lackedFor } from '../../drills/faults/registry.ts'
import { featuresInWords, type Range } from '../../model/range.ts'
import { whenSteady } from '../../model/start-when-steady.ts'
import { until } from '../../model/until.ts'
import { logFile } from '../../range/context.ts'
import { liveness } from '../../range/targets/local/identity.ts'
import { clusterSamples, faultSamples } from './fault-samples.ts'
import { atRest, client, ensureUp, range as openRange, state, statusOf } from './test-range.ts'

let range: Range
let fresh: Fingerprint
before(async () => {
  await ensureUp()
  range = openRange()
  await client('instructor').post('/api/reset')
  await atRest()
  fresh = await fingerprint(range)
})
after(() => client('instructor').post('/api/reset'))

describe('the contract of every fault', () => {
  for (const fault of faults.filter(({ category }) => category !== 'cluster')) {
    test(`${fault.id}: observable once injected, gone once reverted, and idempotent`, async (contract) => {
      const params = fault.params.parse(faultSamples[fault.id])
      const lacked = lackedFor(fault, params, range)
      if (lacked.length > 0) return contract.skip(`the range has ${featuresInWords(lacked)}`)
      const context = () => ({ range })
      const before = await fault.observe(context(), params)
      // As it is read from the ledger, possibly in another process.
      const undo: unknown = JSON.parse(JSON.stringify(await fault.plan(context(), params)))
      try {
        await fault.inject(context(), params, undo)
        await fault.inject(context(), params, undo)
        const differs = async () => !isDeepStrictEqual(await fault.observe(context(), params), before)
        if (fault.id === 'noop') assert.equal(await differs(), false)
        // The worker may hold a message for a moment, where nobody can see it.
        else await until('the fault to show', 10_000, differs)
      } finally {
        await fault.revert(context(), undo)
      }
      assert.deepEqual(await fault.observe(context(), params), before)
      await fault.revert(context(), undo)
      assert.deepEqual(await fault.observe(context(), params), before)
    })
  }

  for (const { id, params } of faults.filter(({ category }) => category === 'cluster')) {
    test(`${id}: refused if the shop is not in a cluster, without a trace`, async () => {
      const { required = [] } = z.toJSONSchema(params, { io: 'input' })
      const given = Object.fromEntries(required.map((name) => [name, clusterSamples[name]]))
      assert.ok(params.safeParse(given).success, `give ${required.join(', ')} among the samples`)
      await assert.rejects(inject(id, given, 5_000), /no cluster/)
      assert.equal((await client('instructor').get('/api/faults')).open.length, 0)
    })
  }

  test('afterwards the range is as it was', async () => {
    // Orders that failed during a fault may have been dead-lettered: data of customers, not of the range.
    const { 'dead-letters': _before, ...before } = fresh.parts
    const { 'dead-letters': _after, ...after } = (await fingerprint(range)).parts
    assert.deepEqual(after, before)
    await client('instructor').post('/api/reset')
    await atRest()
  })
})

/** As soon as the range allows it. */
const inject = (id: string, params: Record<string, unknown>, forMs: number) =>
  whenSteady(() => client('instructor').post('/api/faults/:id', { id, body: { params, forMs } }), 60_000)
/** How often the reaper has logged that it reverted the fault of a control plane that stayed down. */
const takenByReaper = () =>
  readFileSync(logFile(state, 'reaper'), 'utf8').split('the control plane stayed down: 1 faults reverted').length - 1
const isOpen = async (instance: string) =>
  (await client('instructor').get('/api/faults')).open.some((record) => record.instance === instance)

describe('the lease', () => {
  test('a fault ends at its deadline', async () => {
    const limitMs = 5_000
    const before = Date.now()
    const record = await inject('slow-bank', { latencyMs: 300 }, limitMs)
    assert.equal((await bank(range))?.latency_ms, 300)
    await until('the limit to be kept', limitMs + 30_000, async () => !(await isOpen(record.instance)))
    assert.ok(Date.now() >= Math.max(record.deadlineAt, before + limitMs), 'not before its limit')
    assert.equal((await bank(range))?.latency_ms, 30)
  })

  test('a second fault is injected only if the range was steady before', async () => {
    await range.processes.stop('payments')
    try {
      await until('the range to be unhealthy', 30_000, async () => !(await client('instructor').get('/api/health')).healthy)
      await assert.rejects(client('instructor').post('/api/faults/:id', { id: 'noop', body: { params: {}, forMs: 5_000 } }), /not steady/)
    } finally {
      await range.processes.start('payments')
    }
  })

  const paymentsRun = async () => (await statusOf('payments')).state === 'running'

  test('the reaper reverts the faults of a control plane that is down for ten seconds', async () => {
    await inject('process-kill', { component: 'payments' }, 300_000)
    assert.equal(await paymentsRun(), false)
    // A suspended one is as good as down, and nobody restarts it.
    const pid = state.run('control')?.pid ?? 0
    assert.ok(pid > 1)
    const toldBefore = takenByReaper()
    process.kill(pid, 'SIGSTOP')
    try {
      const since = Date.now()
      await until('the reaper to start payments again', 30_000, paymentsRun)
      assert.ok(Date.now() - since > 5_000, 'a control plane that hiccups keeps its faults')
      await until('the reaper to tell that it was the one', 5_000, async () => takenByReaper() === toldBefore + 1)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })

  test('a killed reaper is restarted', async () => {
    const record = state.run('reaper')
    assert.ok(record)
    process.kill(record.pid, 'SIGKILL')
    await until('another reaper', 20_000, async () => {
      const next = state.run('reaper')
      return next && next.pid !== record.pid && liveness(next) === 'running'
    })
  })

  test('if both are killed at once, both are restarted, and the fault is reverted at its deadline', async () => {
    const limitMs = 15_000
    const record = await inject('slow-bank', { latencyMs: 300 }, limitMs)
    const before = (['control', 'reaper'] as const).map((name) => state.run(name))
    for (const killed of before) process.kill(killed?.pid ?? 0, 'SIGKILL')
    const isBack = (name: 'control' | 'reaper', pid: number | undefined) => {
      const next = state.run(name)
      return next !== null && next.pid !== pid && liveness(next) === 'running'
    }
    await until('both to be back', 30_000, async () => isBack('control', before[0]?.pid) && isBack('reaper', before[1]?.pid))
    await until('the fault to be out', record.deadlineAt + 10_000 - Date.now(), async () => (await bank(range))?.latency_ms === 30)
  })

  test('a proxy and the shop’s monitoring, killed at once, are restarted', async () => {
    const names = ['catalog-proxy', 'prometheus', 'telemetry-store', 'redis-exporter', 'locust'] as const
    const before = new Map(names.map((name) => [name, state.run(name)?.pid]))
    for (const pid of before.values()) process.kill(pid ?? 0, 'SIGKILL')
    await until('all of them to be back', 40_000, async () =>
      names.every((name) => {
        const next = state.run(name)
        return next !== null && next.pid !== before.get(name) && next.readyAfterMs !== null && liveness(next) === 'running'
      }),
    )
    await atRest()
  })

  test('a killed supervisor is restarted', async () => {
    const record = state.run('supervisor')
    assert.ok(record)
    process.kill(record.pid, 'SIGKILL')
    await until('another supervisor', 20_000, async () => {
      const next = state.run('supervisor')
      return next && next.pid !== record.pid && liveness(next) === 'running'
    })
  })
})
