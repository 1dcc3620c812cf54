import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineBench, scenarios, shifts } from '../replay/engine-bench.ts'
import { drillReading } from './drill-reading.ts'

const spoils = { code: 'wrong-state', message: /^the same scenario is being played/ }
const hides = { code: 'wrong-state', message: /^a blind drill is running/ }
const reading = ({ ledger, engine }: EngineBench, known = scenarios) => drillReading({ ledger, engine, scenarios: known, shifts })

test('a drill is read by its id, and rehearsals by verify cannot be read', async () => {
  using bench = new EngineBench()
  const drills = reading(bench)
  const drill = await bench.start()
  assert.deepEqual(drills.stateOf(drill), bench.state(drill))
  await bench.engine.finish()
  await bench.engine.start('slow-shelves', { mode: 'rehearsal', trainee: 'verify' })
  await bench.engine.finish()
  assert.deepEqual(
    drills.played().map(({ id }) => id),
    [drill],
  )
  assert.throws(() => drills.stateOf('none'), { code: 'not-found', message: 'there is no drill none' })
})

test('the result of a drill can be read when it is finished, with the scenario as it was drawn', async () => {
  using bench = new EngineBench()
  const drills = reading(bench)
  const drill = await bench.start()
  assert.throws(() => drills.finished(drill, 'instructor'), { code: 'wrong-state', message: /when the drill is finished/ })
  await bench.engine.finish()
  const { state, scenario } = drills.finished(drill, 'trainee')
  assert.deepEqual(state, bench.state(drill))
  assert.deepEqual(scenario, scenarios.get('slow-shelves')?.versions?.of(state) ?? scenarios.get('slow-shelves'))
  const aborted = await bench.start()
  await bench.engine.abort('enough')
  assert.throws(() => drills.finished(aborted, 'instructor'), { code: 'wrong-state' })
  const without = reading(bench, new Map([...scenarios].filter(([id]) => id !== 'slow-shelves')))
  assert.throws(() => without.finished(drill, 'instructor'), {
    code: 'not-found',
    message: "the scenario 'slow-shelves' is not installed any more",
  })
})

test('an earlier drill of the running scenario would reveal its answer, so only the instructor may read it', async () => {
  using bench = new EngineBench()
  const drills = reading(bench)
  const earlier = await bench.start('slow-shelves')
  await bench.engine.finish()
  const other = await bench.start('stuck-checkout')
  await bench.engine.finish()
  const running = await bench.start('slow-shelves')
  const read = (id: string, role: 'trainee' | 'instructor' | null) => () => drills.mustNotSpoil(bench.state(id), role)
  for (const role of ['trainee', null] as const) {
    assert.throws(read(earlier, role), spoils)
    assert.doesNotThrow(read(other, role))
    assert.doesNotThrow(read(running, role), 'what runs may be read by those who play it')
  }
  assert.doesNotThrow(read(earlier, 'instructor'))
  assert.throws(() => drills.finished(earlier, 'trainee'), spoils)
  assert.doesNotThrow(() => drills.finished(earlier, 'instructor'))
  await bench.engine.finish()
  assert.doesNotThrow(read(earlier, 'trainee'), 'it can be read again afterwards')
})

test('while a blind drill runs, no other drill can be read: refusing a single one would reveal what is played', async () => {
  using bench = new EngineBench()
  const drills = reading(bench)
  const earlier = await bench.start('slow-shelves')
  await bench.engine.finish()
  const other = await bench.start('stuck-checkout')
  await bench.engine.finish()
  await bench.pass(20)
  const { id } = await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'Robin', blind: true })
  for (const drill of [earlier, other]) {
    assert.throws(() => drills.mustNotSpoil(bench.state(drill), 'trainee'), hides)
    assert.doesNotThrow(() => drills.mustNotSpoil(bench.state(drill), 'instructor'))
  }
  assert.doesNotThrow(() => drills.mustNotSpoil(bench.state(id), 'trainee'))
  await bench.engine.abort('enough')
})

test('an earlier shift reveals the answer of each of its incidents', async () => {
  using bench = new EngineBench()
  const drills = reading(bench)
  const shift = await bench.start('quiet-sunday')
  await bench.engine.finish()
  const read = (role: 'trainee' | 'instructor') => () => drills.finishedShift(shift, role)
  await bench.start('slow-shelves')
  assert.throws(read('trainee'), spoils)
  assert.doesNotThrow(read('instructor'))
  await bench.engine.finish()
  await bench.start('stuck-checkout')
  assert.doesNotThrow(read('trainee'))
})
