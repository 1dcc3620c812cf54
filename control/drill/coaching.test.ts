import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coachParameters } from '../../coach/parameters.ts'
import { EngineBench } from '../replay/engine-bench.ts'

/** A drill that has paged. */
async function paged(bench: EngineBench): Promise<string> {
  const drill = await bench.start()
  await bench.pass(6)
  bench.fire('a', { notifies: true })
  return drill
}
const hints = (bench: EngineBench, drill: string) =>
  bench.state(drill).hints.map(({ milestone, rung, reason }) => `${milestone} ${rung} ${reason}`)

test('a hint that is asked for is given, then only after the pause, and each request is noted', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { coaching } = bench.engine
  const first = coaching.askHint({ name: 'Robin', role: 'lead' })
  assert.deepEqual([first.given, first.waitMs, first.hint?.rung], [true, 0, 'orient'])
  assert.equal(first.hint?.text, bench.state(drill).hints[0]?.text)
  await bench.pass(1)
  const second = coaching.askHint()
  assert.deepEqual([second.given, second.hint], [false, null])
  assert.ok(second.waitMs > 0 && second.waitMs <= coachParameters.longestAskPauseMs, String(second.waitMs))
  assert.deepEqual(hints(bench, drill), ['acknowledged orient asked'])
  const asked = bench.events(drill).filter(({ type }) => type === 'hint-asked')
  assert.deepEqual(
    asked.map(({ by }) => by?.name ?? null),
    ['Robin', null],
  )
  await bench.engine.finish()
})

test('why a hint was given is an event before it', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  bench.engine.coaching.askHint()
  const types = bench.types(drill)
  const at = types.indexOf('hint-given')
  assert.deepEqual(types.slice(at - 2, at + 1), ['hint-asked', 'coach-decided', 'hint-given'])
  await bench.engine.finish()
})

test('the instructor gives hints one after the other, without a pause, until there are none', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { coaching } = bench.engine
  assert.deepEqual(
    [1, 2, 3, 4].map(() => coaching.giveHint()),
    [true, true, true, false],
  )
  assert.deepEqual(hints(bench, drill), ['acknowledged orient instructor', 'acknowledged point instructor', 'acknowledged tell instructor'])
  assert.ok(!bench.types(drill).includes('hint-asked'))
  // All of this step were given: there is nothing to wait for either.
  assert.deepEqual(coaching.askHint(), { given: false, waitMs: 0, hint: null })
  await bench.engine.finish()
})

test('with every hint given and no progress, the scenario is made easier by itself', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  for (let given = 0; given < 3; given++) bench.engine.coaching.giveHint()
  await bench.pass(coachParameters.easeAfterMs / 1_000 - 1)
  assert.ok(!bench.types(drill).includes('scenario-eased'))
  await bench.pass(2)
  assert.equal(bench.types(drill).filter((type) => type === 'scenario-eased').length, 1)
  assert.equal((await bench.range.load.status()).users, 20)
  await bench.engine.finish()
})

test('praise is said in the drill, once for each milestone', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  bench.engine.pages.acknowledge()
  await bench.pass(3)
  const said = bench.events(drill).flatMap((event) => (event.type === 'coach-said' ? [event.about] : []))
  assert.deepEqual(said, ['acknowledged'])
  await bench.engine.finish()
})

test('a drill that runs out of time is extended while somebody works on it, and its faults with it', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { limitMs } = bench.state(drill)
  const deadline = bench.injector.open()[0]?.deadlineAt ?? 0
  bench.engine.coaching.setMode('auto')
  // Steps that are shorter than what counts as a control plane that stood still.
  while (bench.now < bench.state(drill).startedAt + limitMs - coachParameters.extendWithinMs) {
    bench.now += 7_000
    await bench.pass(1)
  }
  bench.engine.response.view('logs', 'redis', 'the logs of redis')
  await bench.pass(2)
  assert.equal(bench.state(drill).limitMs, limitMs + coachParameters.extendByMs)
  assert.equal(bench.injector.open()[0]?.deadlineAt, deadline + coachParameters.extendByMs)
  await bench.engine.finish()
})

test('what the policy would do is told without doing it, and of no drill there is nothing to tell', async () => {
  using bench = new EngineBench()
  assert.equal(bench.engine.coaching.decisions(), null)
  const drill = await paged(bench)
  const before = bench.events(drill).length
  const told = bench.engine.coaching.decisions()
  assert.deepEqual([told?.unasked.kind, told?.asked.kind, told?.scenario.id], ['wait', 'hint', 'slow-shelves'])
  assert.equal(bench.events(drill).length, before)
  await bench.engine.finish()
})

test('a mode that is set already is not noted again, and a snooze lasts as long as was asked', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { coaching } = bench.engine
  coaching.setMode('auto')
  coaching.setMode('muted')
  coaching.setMode('muted')
  assert.equal(bench.types(drill).filter((type) => type === 'coach-mode-set').length, 1)
  coaching.snooze(60_000)
  assert.equal(bench.state(drill).snoozedUntil, bench.now + 60_000)
  await bench.engine.finish()
})

test('what is asked of the coach and what it says are events; after the end nothing is added', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { coaching } = bench.engine
  const { id } = coaching.ask('where do I look?')
  coaching.note({ type: 'coach-replied', to: id, text: 'at the graphs', words: 'author' })
  await bench.engine.finish()
  coaching.note({ type: 'coach-replied', to: id, text: 'too late', words: 'author' })
  assert.equal(bench.types(drill).filter((type) => type === 'coach-replied').length, 1)
  for (const late of [
    () => coaching.ask('?'),
    () => coaching.askHint(),
    () => coaching.giveHint(),
    () => coaching.setMode('muted'),
    () => coaching.snooze(60_000),
  ])
    assert.throws(late, { code: 'wrong-state' })
})
