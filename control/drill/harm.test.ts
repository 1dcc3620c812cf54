import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Measured, well, type Second } from '../replay/measured.ts'
import { EngineBench } from '../replay/engine-bench.ts'

const users = (good: number, slow: number, failed: number) => (): Second => ({ ...well(), users: { good, slow, failed } })
const measuredAt = (bench: EngineBench, drill: string) =>
  bench
    .events(drill)
    .flatMap((event) => (event.type === 'harm-measured' ? [[event.at - bench.state(drill).startedAt, event.harm] as const] : []))

test('the harm since the drill started is recorded every five seconds, and at its end', async () => {
  const measured = new Measured({ good: 1_000, slow: 50, failed: 7 })
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  measured.next = users(10, 2, 1)
  await bench.pass(12)
  assert.deepEqual(measuredAt(bench, drill), [
    [1_000, { good: 10, slow: 2, failed: 1 }],
    [6_000, { good: 60, slow: 12, failed: 6 }],
    [11_000, { good: 110, slow: 22, failed: 11 }],
  ])
  await bench.engine.finish()
  assert.deepEqual(bench.state(drill).harm, { good: 120, slow: 24, failed: 12 })
})

test('time without any good request counts from the start of the drill all the same', async () => {
  const measured = new Measured({ good: 1_000, slow: 50, failed: 7 })
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  measured.next = users(0, 5, 1)
  await bench.pass(2)
  await bench.engine.finish()
  assert.deepEqual(bench.state(drill).harm, { good: 0, slow: 10, failed: 2 })
})

test('an unchanged value is not recorded again, and nothing is while Locust does not answer', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  await bench.pass(1)
  measured.next = users(0, 0, 0)
  await bench.pass(20)
  assert.equal(measuredAt(bench, drill).length, 1)
  measured.next = () => ({ ...well(), users: null })
  await bench.pass(20)
  assert.equal(measuredAt(bench, drill).length, 1)
  await bench.engine.finish()
})

test('harm during a pause is not counted', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  measured.next = users(10, 0, 1)
  await bench.pass(3)
  bench.engine.clock.pause()
  assert.deepEqual(bench.state(drill).harm, { good: 30, slow: 0, failed: 3 }, 'it is noted at the beginning of the pause')
  await bench.pass(100)
  bench.engine.clock.continue()
  assert.deepEqual(bench.state(drill).harmPaused, { good: 1_000, slow: 0, failed: 100 })
  await bench.pass(3)
  bench.engine.clock.pause()
  await bench.pass(10)
  bench.engine.clock.continue()
  assert.deepEqual(bench.state(drill).harmPaused, { good: 1_100, slow: 0, failed: 110 })
  await bench.pass(2)
  await bench.engine.finish()
  assert.deepEqual(bench.state(drill).harm, { good: 80, slow: 0, failed: 8 })
})

test('a restarted Locust counts from zero', async () => {
  const measured = new Measured({ good: 5_000, slow: 0, failed: 0 })
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  await bench.pass(1)
  const restarted = new Measured()
  restarted.next = users(10, 5, 0)
  bench.restart(restarted)
  await bench.engine.resume()
  await bench.pass(4)
  await bench.engine.finish()
  assert.deepEqual(bench.state(drill).harm, { good: 40, slow: 20, failed: 0 })
})

test('if Locust did not answer when the drill started, all that it has counted belongs to the drill', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  await bench.pass(20)
  measured.next = () => ({ ...well(), users: null })
  await bench.pass(1)
  const { id } = await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin' })
  assert.equal(bench.state(id).usersBefore, null)
  measured.next = users(10, 0, 0)
  await bench.pass(1)
  assert.deepEqual(bench.state(id).harm, { good: 410, slow: 0, failed: 0 })
  await bench.engine.finish()
})

test('the harm of a pause in which Locust did not answer, or nothing was measured, is unknown', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await bench.start()
  const none = { good: 0, slow: 0, failed: 0 }
  bench.engine.clock.pause()
  measured.next = () => ({ ...well(), users: null })
  await bench.pass(2)
  bench.engine.clock.continue()
  assert.deepEqual(bench.state(drill).harmPaused, none)
  bench.restart(new Measured())
  await bench.engine.resume()
  bench.engine.clock.pause()
  bench.engine.clock.continue()
  assert.deepEqual(bench.state(drill).harmPaused, none)
  await bench.engine.finish()
})
