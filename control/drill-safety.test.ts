import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NotRestored } from '../drills/baseline.ts'
import { EngineBench, settled, users } from './replay/engine-bench.ts'
import { fillDisk } from './replay/fill-disk.ts'

const broken = async (bench: EngineBench) =>
  (await bench.range.releases.current('inventory')) !== bench.range.releases.baseline('inventory')

test('a drill whose fault somebody else reverts is void immediately, and cannot be won', async () => {
  const others: Record<string, (bench: EngineBench) => Promise<unknown>> = {
    'the reaper': (bench) => bench.beside((injector) => injector.revertAll()),
    'the instructor': (bench) => bench.injector.revertAll(),
    'the control plane stood still': async (bench) => void (bench.now += 15_000),
  }
  for (const [who, act] of Object.entries(others)) {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(8)
    assert.ok(await broken(bench), who)
    await act(bench)
    await bench.pass(1)
    const state = bench.state(drill)
    assert.equal(state.phase, 'void', who)
    assert.equal(state.milestones.recovered, null, who)
    const told = bench.events(drill).find((event) => event.type === 'drill-voided')
    assert.match(told?.type === 'drill-voided' ? told.reason : '', /reverted by/, who)
    await bench.engine.settled()
    assert.deepEqual([bench.injector.open(), await broken(bench)], [[], false], who)
    assert.equal(bench.engine.running(), null, who)
    // The next drill starts.
    await bench.start()
    await bench.engine.abort('enough')
  }
})

test('a drill whose fault was reverted while the control plane was down is void when it is up again', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(8)
  await bench.beside((injector) => injector.revertAll())
  bench.restart()
  await bench.engine.resume()
  assert.equal(bench.state(drill).phase, 'void')
})

test('a drill continues across a restart, and across the planned end of one of its faults', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(8)
  bench.restart()
  await bench.engine.resume()
  await bench.pass(30)
  assert.equal(bench.state(drill).phase, 'running')
  // A step with a duration ends as planned, whoever reverts it.
  const [record] = bench.injector.open()
  assert.ok(record)
  bench.ledger.extendFaults(drill, -(record.deadlineAt - bench.now) - 3_000)
  await bench.beside((injector) => injector.revertOverdue(2_000))
  await bench.pass(1)
  assert.equal(bench.state(drill).phase, 'running')
  assert.ok(bench.types(drill).includes('fault-reverted'))
  await bench.engine.finish()
})

test('a fault is reverted when the ledger cannot be written, and recorded when it can be', async () => {
  using bench = new EngineBench()
  const { instance } = await bench.injector.inject('bad-release', { service: 'inventory', version: '1.5.0' }, { forMs: 5_000, drill: null })
  const free = fillDisk(bench.ledger)
  let reverted = 0
  const { deploy } = bench.range.releases
  bench.range.releases.deploy = (...args) => {
    reverted++
    return deploy(...args)
  }
  await bench.pass(10)
  assert.equal(await broken(bench), false, 'it is out')
  assert.equal(reverted, 1, 'and not reverted again and again')
  assert.deepEqual(bench.injector.open(), [])
  assert.match(bench.engine.troubles.join(), /cannot be recorded/)
  free()
  await bench.pass(1)
  assert.equal(bench.ledger.fault(instance)?.state, 'reverted')
  assert.deepEqual(bench.engine.troubles, [])
})

test('a drill ends even if its end cannot be written, which is written as soon as possible', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(8)
  const free = fillDisk(bench.ledger)
  await bench.engine.finish()
  assert.equal(await broken(bench), false)
  assert.equal(bench.engine.running(), null)
  await assert.rejects(bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody' }), { code: 'wrong-state' })
  free()
  await bench.pass(1)
  assert.equal(bench.state(drill).phase, 'finished')
})

test('a load shape ends with its drill, even if that end cannot be written', async () => {
  using bench = new EngineBench()
  await bench.start()
  await bench.pass(8)
  bench.load.start({ kind: 'wave', users: 80, peak: 90, seconds: 60 })
  await settled()
  assert.equal((await bench.range.load.status()).users, 80)
  fillDisk(bench.ledger)
  await bench.engine.finish()
  assert.equal(bench.load.shape, null)
  assert.equal((await bench.range.load.status()).users, users)
})

test('a fault whose injection cannot be recorded is reverted', async () => {
  using bench = new EngineBench()
  Object.defineProperty(bench.ledger, 'moveFault', {
    value: () => {
      throw new Error('database or disk is full')
    },
    configurable: true,
  })
  const injecting = bench.injector.inject('bad-release', { service: 'inventory', version: '1.5.0' }, { forMs: 60_000, drill: null })
  await assert.rejects(injecting, { code: 'component-failed' })
  assert.equal(await broken(bench), false)
})

test('a range that cannot be restored is reported, starts no drill, and is retried until it is restored', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(8)
  const { mix } = bench.range.load
  let asked = 0
  bench.range.load.mix = async () => {
    asked++
    throw new NotRestored([], [])
  }
  await bench.engine.finish()
  assert.equal(bench.state(drill).phase, 'finished')
  assert.equal(await broken(bench), false, 'what can be restored is')
  const [told = ''] = bench.engine.troubles
  assert.match(told, /not as it was .*no drill can start/)
  const start = () => bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody' })
  await assert.rejects(start, { code: 'range-not-restored', message: /firedrill up/ })
  const before = asked
  bench.range.load.mix = mix
  const giveUpAt = performance.now() + 30_000
  while (bench.engine.troubles.length > 0) {
    assert.ok(performance.now() < giveUpAt, 'it is not tried again')
    await settled()
  }
  assert.ok(before > 0)
  await bench.pass(2)
  await start()
  await bench.engine.abort('enough')
})

test('the next control plane completes a restore that a killed one left unfinished', async () => {
  using bench = new EngineBench()
  await bench.start()
  await bench.pass(8)
  // Killed after it has written that the drill is over, and before anything else.
  bench.range.releases.deploy = () => new Promise(() => {})
  void bench.engine.finish()
  await settled()
  bench.restart()
  const fresh = new EngineBench()
  bench.range.releases.deploy = fresh.range.releases.deploy
  assert.equal(bench.injector.open().length, 1)
  await bench.engine.resume()
  assert.deepEqual(bench.injector.open(), [])
  fresh[Symbol.dispose]()
})

test('a drill starts on a restored range, even if somebody changed it since the last drill', async () => {
  using bench = new EngineBench()
  await bench.range.config.set('catalog', { CACHE_TTL: '1' }, 'somebody')
  await bench.start()
  assert.deepEqual(await bench.range.config.get('catalog'), {})
  await bench.engine.abort('enough')
})

test('no drill starts while an earlier page still fires, because its own page could not fire', async () => {
  using bench = new EngineBench()
  bench.fire('of before', { notifies: true })
  await assert.rejects(bench.start(), /still firing: BrowseErrorBudgetBurn/)
  bench.alerts.length = 0
  await bench.start()
  await bench.engine.abort('enough')
})

test('a pause ends although the clock was set back during it', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.engine.clock.pause()
  bench.now -= 3_600_000
  bench.engine.clock.continue()
  assert.equal(bench.state(drill).phase, 'running')
  await bench.engine.finish()
})
