import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench, settled } from './replay/engine-bench.ts'

test('a page that arrives during an injection belongs to the drill, once', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  bench.holdFaults()
  await bench.pass(5)
  assert.equal(bench.events(drill).filter(({ type }) => type === 'fault-injected').length, 0, 'it is still going in')
  bench.fire('early', { notifies: true })
  await bench.letFaultsGo()
  await bench.pass(15)
  assert.deepEqual(bench.pages(drill), ['early'])
  await bench.engine.finish()
})

test('pages at every moment of a drill are received once, whether they were notified or not, and over a restart', async () => {
  for (let at = 0; at <= 12; at++)
    for (const notifies of [true, false])
      for (const restartsAt of [null, at, at + 1]) {
        using bench = new EngineBench()
        const drill = await bench.start()
        const message = `fires after ${at} s, ${notifies ? 'notified' : 'not notified'}, restart ${restartsAt ?? 'never'}`
        for (let second = 0; second < 22; second++) {
          if (second === restartsAt) bench.restart()
          if (second === at) bench.fire('page', { notifies })
          if (second === restartsAt) await bench.engine.resume()
          await bench.pass(1)
        }
        assert.deepEqual(bench.pages(drill), ['page'], message)
        await bench.engine.finish()
      }
})

test('a page that fired before a drill began is not one of its pages', async () => {
  using bench = new EngineBench()
  // Between two looks at Alertmanager: the drill begins, and the page of before is told only then.
  const drill = await bench.start()
  bench.now -= 1_000
  bench.fire('older', { notifies: false })
  bench.now += 1_000
  await bench.pass(20)
  assert.deepEqual(bench.pages(drill), [])
  await bench.engine.finish()
})

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
