import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drillClock } from '../../model/drill.ts'
import { EngineBench } from '../replay/engine-bench.ts'

const deadline = (bench: EngineBench) => bench.injector.open()[0]?.deadlineAt ?? 0

test('a pause moves the deadlines of injected faults and the end of the drill by its length', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const before = deadline(bench)
  const used = drillClock(bench.state(drill), bench.now)
  bench.engine.clock.pause({ name: 'Robin', role: 'lead' })
  assert.ok(deadline(bench) >= before + 30 * 60_000, 'no pause takes longer')
  await bench.pass(50)
  bench.engine.clock.continue()
  assert.equal(deadline(bench), before + 50_000)
  assert.equal(drillClock(bench.state(drill), bench.now), used)
  bench.engine.clock.pause()
  await bench.pass(7)
  bench.engine.clock.continue({ name: 'Robin', role: 'lead' })
  assert.equal(deadline(bench), before + 57_000, 'each pause counts by itself')
  assert.deepEqual(
    bench.events(drill).flatMap((event) => (event.type === 'drill-paused' || event.type === 'drill-continued' ? [event.by?.name] : [])),
    ['Robin', undefined, undefined, 'Robin'],
  )
  await bench.engine.finish()
})

test('a forgotten pause ends after half an hour', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const before = deadline(bench)
  bench.engine.clock.pause()
  const pausedAt = bench.now
  while (bench.now < pausedAt + 30 * 60_000) {
    assert.equal(bench.state(drill).phase, 'paused')
    bench.now += Math.min(8_000, pausedAt + 30 * 60_000 - bench.now - 1_000)
    await bench.pass(1)
  }
  assert.equal(bench.state(drill).phase, 'paused')
  await bench.pass(1)
  assert.equal(bench.state(drill).phase, 'running')
  assert.equal(deadline(bench), before + 30 * 60_000 + 1_000)
  await bench.engine.finish()
})

test('a clock that was set back in a pause takes no time away', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.engine.clock.pause()
  bench.now -= 60_000
  bench.engine.clock.continue()
  const event = bench.events(drill).find(({ type }) => type === 'drill-continued')
  assert.equal(event?.type === 'drill-continued' ? event.pausedMs : null, 0)
  await bench.engine.finish()
})

test('an extension applies to the faults as well; a paused drill cannot be paused, nor a running one continued', async () => {
  using bench = new EngineBench()
  const drill = await bench.start()
  await bench.pass(6)
  const [before, { limitMs }] = [deadline(bench), bench.state(drill)]
  bench.engine.clock.extend(90_000)
  assert.deepEqual([deadline(bench), bench.state(drill).limitMs], [before + 90_000, limitMs + 90_000])
  assert.throws(() => bench.engine.clock.continue(), { code: 'wrong-state' })
  bench.engine.clock.pause()
  assert.throws(() => bench.engine.clock.pause(), { code: 'wrong-state' })
  await bench.engine.finish()
  assert.throws(() => bench.engine.clock.extend(1), { code: 'wrong-state' })
})

test('a skip in a shift advances its clock to the next planned step, and brings deadlines forward by as much', async () => {
  using bench = new EngineBench()
  const drill = await bench.start('quiet-sunday')
  assert.equal(bench.engine.clock.skip(), 90_000, 'a noise, at a minute and a half')
  await bench.pass(2)
  const before = deadline(bench)
  const used = drillClock(bench.state(drill), bench.now)
  const byMs = bench.engine.clock.skip()
  assert.ok(byMs > 200_000, String(byMs))
  assert.equal(deadline(bench), before - byMs)
  assert.equal(drillClock(bench.state(drill), bench.now), used + byMs)
  await bench.pass(2)
  const steps = () => bench.state(drill).injectedSteps
  assert.deepEqual(steps(), [0, 1])
  for (let left = 2; left > 0; left--) {
    bench.engine.clock.skip()
    await bench.pass(2)
  }
  assert.deepEqual(steps(), [0, 1, 2, 3])
  assert.throws(() => bench.engine.clock.skip(), { code: 'wrong-state', message: /nothing more is planned/ })
  await bench.engine.finish()
  const other = await bench.start()
  assert.throws(() => bench.engine.clock.skip(), { code: 'unsupported' })
  assert.equal(bench.state(other).skips.length, 0)
  await bench.engine.finish()
})

test('what is already due cannot be skipped to', async () => {
  using bench = new EngineBench()
  const drill = await bench.start('quiet-sunday')
  bench.now += 89_999
  assert.equal(bench.engine.clock.skip(), 1)
  assert.equal(bench.engine.clock.skip(), 0)
  bench.now += 5_000
  assert.equal(bench.engine.clock.skip(), 0)
  assert.deepEqual(
    bench.state(drill).skips.map(({ byMs }) => byMs),
    [1],
  )
  await bench.engine.finish()
})

test('without a drill there is nothing to pause, extend or skip', () => {
  using bench = new EngineBench()
  const { clock } = bench.engine
  for (const act of [() => clock.pause(), () => clock.continue(), () => clock.extend(1_000), () => clock.skip()])
    assert.throws(act, { code: 'not-found' })
})
