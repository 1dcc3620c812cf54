import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Measured, well, type Second } from '../replay/measured.ts'
import { EngineBench } from '../replay/engine-bench.ts'
import { ShiftBench } from '../replay/shift-bench.ts'

const slow = (): Second => ({ ...well(), users: { good: 4, slow: 16, failed: 0 } })
const few = (good: number) => (): Second => ({ ...well(), users: { good, slow: 0, failed: 0 } })
const changes = (bench: EngineBench, drill: string) =>
  bench.events(drill).flatMap((event) => (event.type === 'health-changed' ? [event.healthy] : []))

test('a range that fails a check starts no drill, and each failing check is named', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  measured.next = () => ({ ...slow(), backlog: 900 })
  await assert.rejects(bench.start(), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'range-not-steady')
    assert.match(
      error.message,
      /Users are served: \d+ of the last \d+ requests were slow or failed; The queue is drained: 900 messages wait\): wait/,
    )
    return true
  })
  measured.next = well
  await bench.start()
  await bench.engine.abort('enough')
})

test('alerts that are no pages do not prevent a drill, and each page is named once', async () => {
  using bench = new EngineBench()
  bench.fire('a', { notifies: false })
  bench.fire('b', { notifies: false })
  await assert.rejects(bench.start(), { code: 'range-not-steady', message: /still firing: BrowseErrorBudgetBurn\): wait/ })
  for (const alert of bench.alerts) alert.severity = 'ticket'
  assert.equal(bench.engine.running(), null)
  const drill = await bench.start()
  assert.equal(bench.engine.running()?.id, drill)
  await bench.engine.abort('enough')
})

test('an Alertmanager that does not answer does not prevent a drill', async () => {
  using bench = new EngineBench()
  Object.defineProperty(bench, 'alerts', { value: null })
  const drill = await bench.start()
  assert.equal(bench.engine.running()?.id, drill)
  await bench.engine.abort('enough')
})

test('in a shift, the health of each open incident is recorded too, by its own checks', async () => {
  const measured = new Measured()
  using bench = await ShiftBench.begin(measured)
  const told = () =>
    bench
      .events(bench.drill)
      .flatMap((event) => (event.type === 'incident-health-changed' ? [[event.place, event.healthy, event.failing.length]] : []))
  await bench.next()
  measured.next = slow
  await bench.pass(5)
  assert.deepEqual(told(), [], 'only noise is in')
  measured.next = well
  await bench.pass(15)
  await bench.next()
  measured.next = () => ({ ...slow(), backlog: 900 })
  await bench.pass(5)
  measured.next = () => ({ ...well(), backlog: 900 })
  await bench.pass(15)
  assert.deepEqual(told(), [
    [1, true, 0],
    [1, false, 1],
    [1, true, 0],
  ])
  assert.equal(bench.state(bench.drill).healthy, false)
  await bench.engine.finish()
})

test('a change of health is recorded once, and what failed before the fault is recorded again after it', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  await bench.pass(1)
  assert.deepEqual(changes(bench, drill), [true])
  measured.next = slow
  await bench.pass(1)
  assert.deepEqual(changes(bench, drill), [true, false])
  assert.equal(bench.state(drill).wasBroken, false, 'no fault is in yet')
  await bench.pass(6)
  assert.deepEqual(changes(bench, drill), [true, false, false])
  assert.equal(bench.state(drill).wasBroken, true)
  measured.next = well
  await bench.pass(12)
  assert.deepEqual(changes(bench, drill), [true, false, false, true])
  await bench.engine.finish()
})

test('a shop that most users have left is not healthy, unless the scenario was made easier', async () => {
  for (const eased of [false, true]) {
    const measured = new Measured()
    using bench = new EngineBench(measured)
    await bench.start()
    await bench.pass(6)
    if (eased) await bench.engine.faults.ease()
    // The usual traffic is 20 responses a second.
    measured.next = few(5)
    await bench.pass(10)
    assert.equal(bench.engine.health.verdict.healthy, eased, String(eased))
    assert.equal(bench.engine.health.verdict.usersFine, eased, String(eased))
    measured.next = few(6)
    await bench.pass(10)
    assert.equal(bench.engine.health.verdict.healthy, true, 'three tenths of the usual are enough')
    await bench.engine.finish()
  }
})

test('the usual traffic is that before the first fault, also after a restart', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  await bench.pass(6)
  assert.equal(bench.ledger.note('usual-traffic'), `${drill} 20`)
  const next = measured.again()
  next.next = few(3)
  bench.restart(next)
  await bench.engine.resume()
  await bench.pass(10)
  const told = bench.engine.health.verdict.results.find(({ id }) => id === 'users-come')
  assert.equal(told?.detail, 'users get 3.0 answers a second, of 20.0 before')
  await bench.engine.finish()
})

test('a drill starts only after a sample taken since the restore', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const waitedFor: number[] = []
  Object.defineProperty(measured, 'seen', { value: async (since: number) => void waitedFor.push(since) })
  await bench.range.config.set('orders', { DB_POOL_MAX: '1' }, 'somebody')
  await bench.start()
  assert.deepEqual(waitedFor, [bench.now], 'something was restored just now')
  await bench.engine.abort('enough')
})
