import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench } from './replay/engine-bench.ts'

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

test('pages at every moment of a drill are received once, with or without a notification, and across a restart', async () => {
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

test('a page that fired before a drill started is not one of its pages', async () => {
  using bench = new EngineBench()
  // The drill starts between two polls of Alertmanager, and the earlier page is reported only then.
  const drill = await bench.start()
  bench.now -= 1_000
  bench.fire('older', { notifies: false })
  bench.now += 1_000
  await bench.pass(20)
  assert.deepEqual(bench.pages(drill), [])
  await bench.engine.finish()
})
