import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaseMs } from '../lease.ts'
import { EngineBench, settled } from '../replay/engine-bench.ts'

const isBroken = async (bench: EngineBench) =>
  (await bench.range.releases.current('inventory')) !== bench.range.releases.baseline('inventory')

test('a drill continues if the control plane was down for less than its lease, and is void otherwise', async () => {
  for (const goneMs of [0, leaseMs - 1, leaseMs, 10 * leaseMs]) {
    using bench = new EngineBench()
    const drill = await bench.start()
    await bench.pass(6)
    bench.now += goneMs
    bench.restart()
    await bench.engine.resume()
    const goesOn = goneMs < leaseMs
    assert.equal(bench.state(drill).phase, goesOn ? 'running' : 'void', `${goneMs} ms`)
    assert.equal(await isBroken(bench), goesOn, `${goneMs} ms`)
    const told = bench.events(drill).flatMap((event): (number | string | undefined)[] => {
      if (event.type === 'control-resumed') return [event.goneMs]
      return event.type === 'drill-voided' ? [event.reason.split(',')[0]] : []
    })
    assert.deepEqual(told, [goesOn ? goneMs : `the control plane was gone for ${Math.round(goneMs / 1_000)} s`])
    if (goesOn) await bench.engine.finish()
  }
})

test('before a drill is resumed, the engine does not tick it, but records what is done', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  bench.restart()
  await bench.pass(8)
  assert.ok(!bench.types(drill).includes('fault-injected'), 'nothing is injected yet')
  await bench.engine.resume()
  await bench.pass(1)
  assert.ok(bench.types(drill).includes('fault-injected'))
  await bench.engine.finish()
})

test('a fault that somebody reverts before the drill is resumed voids it only then', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.restart()
  await bench.beside((injector) => injector.revertAll())
  await bench.pass(2)
  assert.equal(bench.state(drill).phase, 'running')
  await bench.engine.resume()
  assert.equal(bench.state(drill).phase, 'void')
})

test('a drill that is ended while it is being resumed is over, and nothing is added to it', async () => {
  for (const goneMs of [0, leaseMs]) {
    using bench = new EngineBench()
    const drill = await bench.start()
    const { current, deploy } = bench.range.releases
    bench.range.releases.deploy = () => new Promise(() => {})
    await bench.pass(4)
    bench.now += goneMs
    bench.restart()
    const gate = Promise.withResolvers<void>()
    Object.assign(bench.range.releases, { deploy, current: async (service: 'inventory') => (await gate.promise, await current(service)) })
    const resuming = bench.engine.resume()
    await settled()
    const ending = bench.engine.abort('enough')
    gate.resolve()
    await Promise.all([resuming, ending])
    assert.deepEqual([bench.state(drill).phase, bench.types(drill).includes('control-resumed')], ['aborted', false], `${goneMs} ms`)
    assert.deepEqual(bench.injector.open(), [])
  }
})

test('a half-injected fault is reverted, and injected again as the drill continues', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  const { deploy } = bench.range.releases
  // The control plane is killed before this resolves.
  bench.range.releases.deploy = () => new Promise(() => {})
  await bench.pass(4)
  const [half] = bench.ledger.openFaults()
  assert.equal(half?.state, 'planned')
  bench.restart()
  bench.range.releases.deploy = deploy
  await bench.engine.resume()
  assert.equal(bench.ledger.fault(half.instance)?.state, 'reverted')
  await bench.pass(2)
  assert.equal(await isBroken(bench), true)
  assert.equal(bench.types(drill).filter((type) => type === 'fault-injected').length, 1)
  await bench.engine.finish()
})

test('a drill whose fault was reverted meanwhile is void as soon as it is resumed', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  await bench.beside((injector) => injector.revertAll())
  bench.restart()
  await bench.engine.resume()
  assert.equal(bench.state(drill).phase, 'void')
})

test('without a drill, an instructor’s fault stays injected if the control plane was down for less than its lease', async () => {
  for (const [goneMs, open] of [
    [leaseMs - 1, 1],
    [leaseMs, 0],
  ] as const) {
    using bench = new EngineBench()
    await bench.pass(1)
    await bench.injector.inject('noop', {}, { forMs: 600_000, drill: null })
    bench.now += goneMs
    bench.restart()
    await bench.engine.resume()
    assert.equal(bench.injector.open().length, open, `${goneMs} ms`)
  }
})

test('a range that has not been restored after its drill is restored, and otherwise not touched', async () => {
  for (const owed of [true, false]) {
    using bench = new EngineBench()
    await bench.pass(1)
    await bench.range.config.set('orders', { DB_POOL_MAX: '1' }, 'somebody')
    if (owed) bench.ledger.setNote('restore-owed', 'a drill')
    bench.restart()
    await bench.engine.resume()
    assert.deepEqual(await bench.range.config.get('orders'), owed ? {} : { DB_POOL_MAX: '1' })
  }
})

test('a fault of a drill that has ended is reverted', async () => {
  using bench = new EngineBench()
  await bench.pass(1)
  await bench.injector.inject('bad-release', { service: 'inventory', version: '1.5.0' }, { forMs: 600_000, drill: 'ended' })
  await bench.injector.inject('noop', {}, { forMs: 600_000, drill: null })
  bench.restart()
  await bench.engine.resume()
  assert.deepEqual([await isBroken(bench), bench.injector.open()], [false, []])
})

test('a control plane that never ran before has nothing to resume', async () => {
  using bench = new EngineBench()
  await bench.engine.resume()
  assert.equal(bench.engine.running(), null)
  await bench.pass(20)
  await bench.start()
  await bench.engine.abort('enough')
})
