import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineBench, settled, users } from './replay/engine-bench.ts'
import { Measured, well } from './replay/measured.ts'

test('what is done before an interrupted drill is resumed is among its events', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.restart()
  bench.engine.response.view('dashboard', 'inventory', 'golden signals')
  await bench.engine.response.runAction('list-sessions', {}, { role: 'trainee' })
  bench.fire('meanwhile', { notifies: true })
  await bench.engine.resume()
  await bench.pass(1)
  const types = bench.events(drill).map(({ type }) => type)
  for (const type of ['place-viewed', 'action-run', 'page-received', 'control-resumed'] as const) assert.ok(types.includes(type), type)
  await bench.engine.finish()
})

test('what is looked at in a pause is among the events', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.engine.clock.pause()
  bench.engine.response.view('trace', 'inventory', 'a slow one')
  assert.ok(bench.events(drill).some(({ type }) => type === 'place-viewed'))
  bench.engine.clock.continue()
  await bench.engine.finish()
})

test('a fault whose injection is under way when its drill ends is reverted completely', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  bench.holdFaults()
  await bench.pass(5)
  const ending = bench.engine.finish()
  await settled()
  await bench.letFaultsGo()
  await ending
  await bench.pass(3)
  assert.deepEqual(bench.ledger.openFaults(), [])
  assert.equal(await bench.range.releases.current('inventory'), bench.range.releases.baseline('inventory'))
  const types = bench.events(drill).map(({ type }) => type)
  assert.ok(!types.slice(types.indexOf('drill-finished')).includes('fault-injected'), 'nothing goes in after the end')
})

test('a fault that cannot be reverted yet holds up neither pages nor the end of the drill', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const { deploy } = bench.range.releases
  await bench.injector.inject('bad-release', { service: 'catalog', version: '1.9.0' }, { forMs: 2_000, drill: null })
  const gate = Promise.withResolvers<void>()
  bench.range.releases.deploy = async (...args) => {
    await gate.promise
    return deploy(...args)
  }
  await bench.pass(4)
  bench.fire('late', { notifies: false })
  await bench.pass(10)
  assert.deepEqual(bench.pages(drill), ['late'])
  const { startedAt, limitMs } = bench.state(drill)
  while (bench.now <= startedAt + limitMs) {
    bench.now += 8_000
    await bench.pass(1)
  }
  assert.equal(bench.state(drill).outcome, 'time-up')
  gate.resolve()
  await bench.engine.settled()
  assert.deepEqual(bench.injector.open(), [])
})

describe('a drill begins', () => {
  test('with the number of drills until then, what users had felt, and the range as it was', async () => {
    using bench = new EngineBench(new Measured({ good: 500, slow: 20, failed: 3 }))
    const first = bench.events(await bench.start())[0]
    await bench.engine.finish()
    const second = bench.events(await bench.start())[0]
    assert.ok(first?.type === 'drill-started' && second?.type === 'drill-started')
    assert.deepEqual([first.number, second.number], [1, 2])
    assert.deepEqual(first.usersBefore, { good: 900, slow: 20, failed: 3 })
    assert.equal(first.fingerprint, second.fingerprint, 'what the first has changed was set back')
    await bench.engine.abort('enough')
  })

  test('once: a second one is refused while it begins, runs and ends', async () => {
    using bench = new EngineBench()
    await bench.pass(20)
    const start = () => bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    const refused = { code: 'conflict', message: /^a drill is already running on this range/ }
    const first = start()
    await assert.rejects(start(), refused, 'it begins')
    const { id } = await first
    await assert.rejects(start(), refused, 'it runs')
    await assert.rejects(bench.engine.restore(), { code: 'conflict', message: /^a drill is running/ })
    const ending = bench.engine.finish()
    await assert.rejects(start(), { code: 'range-not-steady', message: /being restored after the last drill/ }, 'it ends')
    await ending
    await bench.pass(20)
    assert.notEqual((await start()).id, id)
    await bench.engine.abort('enough')
  })

  test('not with a fault of the instructor’s in, and after it was taken out it does', async () => {
    using bench = new EngineBench()
    const { instance } = await bench.injector.inject('noop', {}, { forMs: 600_000, drill: null })
    await assert.rejects(bench.start(), { code: 'conflict', message: /^a fault of the instructor’s is in/ })
    assert.equal(bench.engine.running(), null)
    await bench.injector.revert(instance)
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('on the range as it is when it is fresh: what was changed since the last drill is set back', async () => {
    using bench = new EngineBench()
    await bench.range.load.setUsers(7)
    await bench.start()
    assert.equal((await bench.range.load.status())?.users, users)
    await bench.engine.abort('enough')
  })

  test('not while the range cannot be restored, which everybody is told', async () => {
    using bench = new EngineBench()
    const { mix } = bench.range.load
    bench.range.load.mix = async () => {
      throw new Error('Locust does not answer')
    }
    assert.deepEqual(bench.engine.troubles, [])
    await assert.rejects(bench.engine.restore(), { code: 'range-not-restored' })
    assert.match(bench.engine.troubles.join(), /^The range is not as it was before the last drill \(.+\)\. The restore is retried/)
    await assert.rejects(bench.start(), { code: 'range-not-restored' })
    bench.range.load.mix = mix
    await bench.engine.restore()
    assert.deepEqual(bench.engine.troubles, [])
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('not while a restore hangs, which everybody is told, and one that is waited for gives up', async (context) => {
    using bench = new EngineBench()
    const { mix } = bench.range.load
    const gate = Promise.withResolvers<void>()
    bench.range.load.mix = async () => {
      await gate.promise
      return mix()
    }
    await bench.pass(20)
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const start = () => bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
    const first = start()
    await bench.pass(1)
    assert.deepEqual(bench.engine.troubles, [], 'most take less than that')
    await assert.rejects(start(), { code: 'conflict' })
    await bench.pass(3)
    assert.deepEqual(bench.engine.troubles, ['The range is still being restored. No drill can start until that is done.'])
    const refused = { code: 'range-not-restored', message: /^the range is still being restored, since \d+ s: wait.+firedrill up'$/ }
    await assert.rejects(start(), refused, 'while another is about to begin')
    context.mock.timers.tick(60_000)
    await assert.rejects(first, refused, 'that one, too')
    await assert.rejects(start(), refused, 'and those that come later')
    const settledInTime = bench.engine.settled()
    await settled()
    context.mock.timers.tick(60_000)
    await settledInTime
    context.mock.timers.reset()
    gate.resolve()
    await bench.engine.settled()
    assert.deepEqual(bench.engine.troubles, [])
    await bench.start()
    await bench.engine.abort('enough')
  })

  test('only of a scenario that is there, and that can be played where the shop runs', async () => {
    using bench = new EngineBench()
    const start = (id: string) => bench.engine.start(id, { mode: 'learning', trainee: 'Robin' })
    await assert.rejects(start('no-such'), { code: 'not-found', message: "there is no scenario 'no-such'" })
    Object.defineProperty(bench.range, 'lacks', { value: ['mesh'] })
    await assert.rejects(start('long-way'), { code: 'unsupported', message: /cannot be played where the shop runs now$/ })
    await bench.start('slow-shelves')
    await bench.engine.abort('enough')
  })
})

describe('a drill ends', () => {
  test('resolved when it is finished after the recovery, and given up before it', async () => {
    for (const recovered of [true, false]) {
      using bench = new EngineBench()
      const drill = await bench.start()
      const last = recovered ? 'recovered' : 'mitigated'
      bench.engine.stop()
      bench.ledger.append(drill, { type: 'milestone-reached', milestone: last, evidence: '' })
      bench.restart()
      await bench.engine.resume()
      await bench.engine.finish()
      assert.equal(bench.state(drill).outcome, recovered ? 'resolved' : 'given-up')
    }
  })

  test('when its time is up and not a second before, and what is asked of another drill is refused', async () => {
    using bench = new EngineBench()
    const drill = await bench.start()
    assert.doesNotThrow(() => bench.engine.mustRun(drill))
    assert.throws(() => bench.engine.mustRun('another'), { code: 'wrong-state', message: 'drill another is not running any more' })
    const { startedAt, limitMs } = bench.state(drill)
    const end = startedAt + limitMs
    while (bench.now < end - 5_000) {
      // Looks are rare here, and not so rare that the range would count as one that stood.
      bench.now += 4_000
      await bench.pass(1)
    }
    while (bench.now < end) await bench.pass(1)
    assert.equal(bench.state(drill).phase, 'running')
    await bench.pass(1)
    assert.deepEqual([bench.state(drill).phase, bench.state(drill).outcome], ['finished', 'time-up'])
    assert.throws(() => bench.engine.mustRun(drill), { code: 'wrong-state' })
  })
})

test('a drill in which every step is reached ends by itself, resolved, and not before the range is seen to be healthy', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  measured.next = () => ({ ...well(), users: { good: 0, slow: 0, failed: 20 } })
  await bench.pass(10)
  bench.fire('a', { notifies: true })
  bench.engine.pages.acknowledge()
  await bench.pass(5)
  bench.engine.response.view('trace', 'inventory', 'a slow trace')
  assert.equal(bench.engine.response.nameCause('inventory', 'release', 'it was deployed'), true)
  await bench.engine.response.runAction('roll-back', { service: 'inventory' }, { role: 'trainee' })
  measured.next = well
  const [alert] = bench.alerts.splice(0)
  if (alert) bench.engine.pages.receive(alert, 'resolved')
  const changedAt = bench.now
  while (bench.engine.running() && bench.now - changedAt < 120_000) await bench.pass(1)
  const { phase, outcome, milestones, endedAt } = bench.state(drill)
  assert.deepEqual([phase, outcome], ['finished', 'resolved'], JSON.stringify(milestones))
  const steps = ['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered'] as const
  const at = steps.map((step) => milestones[step] ?? 0)
  assert.deepEqual(
    at,
    at.toSorted((a, b) => a - b),
  )
  assert.ok((milestones.mitigated ?? 0) >= changedAt + 6_000, 'users had to be served for a while')
  assert.equal(milestones.recovered, endedAt)
})
