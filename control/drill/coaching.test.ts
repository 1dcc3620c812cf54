import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { coachParameters } from '../../coach/parameters.ts'
import type { DrillEventBody } from '../../model/drill.ts'
import { peopleParameters } from '../../people/parameters.ts'
import { CurrentBench, started } from '../replay/current-bench.ts'
import { EngineBench, settled } from '../replay/engine-bench.ts'
import { ShiftBench } from '../replay/shift-bench.ts'
import { Coaching } from './coaching.ts'
import type { DrillClock } from './clock.ts'
import type { DrillFaults } from './faults.ts'

/** A drill that has paged. */
async function paged(bench: EngineBench): Promise<string> {
  const drill = await bench.start()
  await bench.pass(6)
  bench.fire('a', { notifies: true })
  return drill
}
const hints = (bench: EngineBench, drill: string) =>
  bench.state(drill).hints.map(({ milestone, rung, reason }) => `${milestone} ${rung} ${reason}`)

test('a requested hint is given, the next one only after the waiting time, and each request is recorded', async () => {
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

test('an event before a hint says why it was given', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  bench.engine.coaching.askHint()
  const types = bench.types(drill)
  const at = types.indexOf('hint-given')
  assert.deepEqual(types.slice(at - 2, at + 1), ['hint-asked', 'coach-decided', 'hint-given'])
  await bench.engine.finish()
})

test('the instructor gives hints one after another, without a waiting time, until there are none', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { coaching } = bench.engine
  assert.deepEqual(
    [1, 2, 3, 4].map(() => coaching.giveHint()),
    [true, true, true, false],
  )
  assert.deepEqual(hints(bench, drill), ['acknowledged orient instructor', 'acknowledged point instructor', 'acknowledged tell instructor'])
  assert.ok(!bench.types(drill).includes('hint-asked'))
  // All hints for this step were given: there is nothing to wait for either.
  assert.deepEqual(coaching.askHint(), { given: false, waitMs: 0, hint: null })
  await bench.engine.finish()
})

test('when every hint was given without progress, the scenario is made easier automatically', async () => {
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

test('praise is given during the drill, once for each milestone', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  bench.engine.pages.acknowledge()
  await bench.pass(3)
  const said = bench.events(drill).flatMap((event) => (event.type === 'coach-said' ? [event.about] : []))
  assert.deepEqual(said, ['acknowledged'])
  await bench.engine.finish()
})

test('a drill that runs out of time is extended while somebody works on it, and so are its faults', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  const { limitMs } = bench.state(drill)
  const deadline = bench.injector.open()[0]?.deadlineAt ?? 0
  bench.engine.coaching.setMode('auto')
  // In steps that are too short to count as a suspended control plane.
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

test('the policy’s decision can be previewed without effect, and is empty without a drill', async () => {
  using bench = new EngineBench()
  assert.equal(bench.engine.coaching.decisions(), null)
  const drill = await paged(bench)
  const before = bench.events(drill).length
  const told = bench.engine.coaching.decisions()
  assert.deepEqual([told?.unasked.kind, told?.asked.kind, told?.scenario.id], ['wait', 'hint', 'slow-shelves'])
  assert.equal(bench.events(drill).length, before)
  await bench.engine.finish()
})

test('setting the same mode again is not recorded, and a snooze lasts as long as requested', async () => {
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

test('questions to the coach and its messages are events; after the end none is added', async () => {
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

describe('when people speak too', () => {
  const startedAt = 1_000_000
  const page = { fingerprint: 'a', name: 'BrowseLatencyBudgetBurn', severity: 'page', summary: '', startsAt: '' }
  const word = {
    ...({
      type: 'person-said',
      person: 'support-lead',
      text: 'Customers call.',
      via: 'chat',
    } as const),
    beat: null,
    fact: null,
    to: null,
    wants: null,
    withinMs: null,
  }
  type Moment = readonly [ms: number, body: DrillEventBody | null]
  /** A drill with these events; the coach is called at its last moment. Returns the events that this added. */
  function after(context: TestContext, course: readonly Moment[]): string[] {
    using bench = new CurrentBench()
    // Safe: neither is called here.
    const coaching = new Coaching({ drill: bench.drill, faults: {} as DrillFaults, clock: {} as DrillClock })
    context.mock.timers.reset()
    context.mock.timers.enable({ apis: ['Date'], now: startedAt })
    bench.drill.begin('one', started)
    for (const [ms, body] of course) {
      context.mock.timers.setTime(startedAt + ms)
      if (body) bench.drill.append(body)
    }
    const before = bench.drill.events.length
    coaching.act()
    return bench.drill.events
      .slice(before)
      .flatMap((event) =>
        event.type === 'hint-given' ? [`${event.rung} ${event.reason}`] : event.type === 'coach-said' ? [event.about] : [],
      )
  }
  /** So late that a hint is due even to a trainee who does not struggle. */
  const late = started.limitMs * coachParameters.hurryFull
  const justPaged: Moment = [late - 5_000, { type: 'page-received', alert: page }]
  const orient = { type: 'hint-given', milestone: 'acknowledged', rung: 'orient', text: '', reason: 'time' } as const
  const beat = { ...word, about: 'beat' } as const

  test('a trainee who is only late gets no hint shortly after a person has spoken unasked', (context) => {
    const spokeMsAgo = (ms: number): Moment => [late - ms, beat]
    assert.deepEqual(after(context, [justPaged, [late, null]]), ['orient time'])
    assert.deepEqual(after(context, [spokeMsAgo(peopleParameters.leftAloneMs - 1), justPaged, [late, null]]), [])
    assert.deepEqual(after(context, [spokeMsAgo(peopleParameters.leftAloneMs), justPaged, [late, null]]), ['orient time'])
  })

  test('a trainee who is stuck, has had the first hint, or made progress, gets one all the same', (context) => {
    const early: Moment = [1_000, { type: 'page-received', alert: page }]
    assert.deepEqual(after(context, [early, [late - 60_000, beat], [late, null]]), ['orient struggling'])
    assert.deepEqual(
      after(context, [
        [late - 60_000, beat],
        [late - 21_000, { type: 'page-received', alert: page }],
        [late - 20_000, orient],
        [late, null],
      ]),
      ['point time'],
    )
    assert.deepEqual(
      after(context, [early, [20_000, beat], [40_000, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }]]),
      ['acknowledged'],
    )
  })

  test('the coach is silent while a person speaks', (context) => {
    const praised: Moment = [40_000, { type: 'milestone-reached', milestone: 'acknowledged', evidence: '' }]
    const answer: Moment = [40_000, { ...word, about: 'answer' }]
    assert.deepEqual(after(context, [praised, answer, [40_000 + peopleParameters.gapMs - 1, null]]), [])
    assert.deepEqual(after(context, [praised, answer, [40_000 + peopleParameters.gapMs, null]]), ['acknowledged'])
  })

  test('when little time is left, the coach says what is missing, once', (context) => {
    const nearlyOver = started.limitMs - coachParameters.wrapUpWithinMs + 1_000
    const course: Moment[] = [
      [1_000, { type: 'page-received', alert: page }],
      [nearlyOver, null],
    ]
    assert.deepEqual(after(context, course), ['the end'])
    assert.deepEqual(after(context, [...course, [nearlyOver, { type: 'coach-said', about: 'the end', text: '' }]]), ['orient struggling'])
  })
})

test('without a drill the coach has nothing to do', () => {
  using bench = new EngineBench()
  assert.doesNotThrow(() => bench.engine.coaching.act())
  for (const refused of [
    () => bench.engine.coaching.askHint(),
    () => bench.engine.coaching.giveHint(),
    () => bench.engine.coaching.ask('?'),
  ])
    assert.throws(refused, { code: 'not-found' })
})

test('easing a scenario is decided once, however long it takes', async () => {
  using bench = new EngineBench()
  const drill = await paged(bench)
  for (let given = 0; given < 3; given++) bench.engine.coaching.giveHint()
  const gate = Promise.withResolvers<void>()
  bench.range.load.setUsers = () => gate.promise
  await bench.pass(coachParameters.easeAfterMs / 1_000 + 10)
  const decided = bench.events(drill).filter((event) => event.type === 'coach-decided' && event.decision === 'ease')
  assert.equal(decided.length, 1)
  gate.resolve()
  await settled()
  assert.equal(bench.types(drill).filter((type) => type === 'scenario-eased').length, 1)
  await bench.engine.finish()
})

describe('in a shift', () => {
  const noise = 'CheckoutLatencyBudgetBurn'
  const given = (bench: ShiftBench) =>
    bench
      .events(bench.drill)
      .flatMap((event) => (event.type === 'hint-given' ? [[event.incident, event.milestone, event.rung, event.reason]] : []))
  const asked = (bench: ShiftBench) => bench.events(bench.drill).flatMap((event) => (event.type === 'hint-asked' ? [event.incident] : []))

  test('a hint is about the most urgent incident, or the one asked about, and says so', async () => {
    using bench = await ShiftBench.begin()
    const { coaching } = bench.engine
    await bench.next()
    await bench.next('BrowseLatencyBudgetBurn')
    await bench.next()
    await bench.next('PricesOutdated')
    assert.equal(coaching.decisions()?.scenario.id, 'slow-shelves')
    assert.equal(coaching.askHint().given, true)
    assert.equal(coaching.askHint(undefined, 2).given, true)
    assert.equal(coaching.giveHint(), true)
    assert.equal(coaching.giveHint(2), true)
    assert.deepEqual(given(bench), [
      [1, 'acknowledged', 'orient', 'asked'],
      [2, 'acknowledged', 'orient', 'asked'],
      [1, 'acknowledged', 'point', 'instructor'],
      [2, 'acknowledged', 'point', 'instructor'],
    ])
    assert.deepEqual(asked(bench), [1, 2])
    assert.throws(() => coaching.askHint(undefined, 3), { code: 'not-found' })
    const decided = bench.events(bench.drill).flatMap((event) => (event.type === 'coach-decided' ? [event.incident] : []))
    assert.deepEqual(decided, [1, 2])
    await bench.engine.finish()
  })

  test('between incidents the coach is silent, and a request is recorded without a hint', async () => {
    using bench = await ShiftBench.begin()
    const { coaching } = bench.engine
    assert.deepEqual(coaching.askHint(), { given: false, waitMs: 1_000, hint: null })
    assert.equal(coaching.giveHint(), false)
    await bench.pass(20)
    assert.deepEqual([asked(bench), given(bench)], [[undefined], []])
    await bench.engine.finish()
  })

  test('a hint about noise looks like any other until it is acknowledged, and then says once how to recognise noise', async () => {
    using bench = await ShiftBench.begin()
    const { coaching, pages } = bench.engine
    await bench.next(noise)
    const first = coaching.askHint({ name: 'Robin', role: 'lead' })
    assert.deepEqual([first.given, first.waitMs, first.hint?.milestone, first.hint?.rung], [true, 0, 'acknowledged', 'orient'])
    const [incident] = bench.engine.coaching.decisions()?.scenario.incidents ?? []
    assert.equal(first.hint?.text, incident?.scenario.milestones.acknowledged.hints.orient, 'as of any incident')
    assert.deepEqual(coaching.askHint(), { given: false, waitMs: 0, hint: null })
    pages.acknowledge()
    const second = coaching.askHint(undefined, 1)
    assert.deepEqual([second.given, second.waitMs, second.hint?.milestone], [true, 0, 'located'])
    assert.match(second.hint?.text ?? '', /^First find out whether users feel it/)
    assert.equal(coaching.askHint(undefined, 1).given, false)
    assert.deepEqual(given(bench), [
      [1, 'acknowledged', 'orient', 'asked'],
      [1, 'located', 'orient', 'asked'],
    ])
    assert.deepEqual(asked(bench), [1, 1, 1, 1])
    assert.equal(bench.events(bench.drill).find(({ type }) => type === 'hint-asked')?.by?.name, 'Robin')
    // Once an incident has paged, a request is about that.
    await bench.next('BrowseLatencyBudgetBurn')
    coaching.askHint()
    assert.equal(given(bench).at(-1)?.[0], 2)
    // For later noise, everything is said again.
    bench.page(noise, 'resolved')
    await bench.next('CheckoutTrafficLow')
    assert.equal(coaching.askHint(undefined, 3).given, true)
    await bench.engine.finish()
  })

  test('a request is not about noise that is over', async () => {
    using bench = await ShiftBench.begin()
    await bench.next(noise)
    bench.page(noise, 'resolved')
    assert.equal(bench.engine.coaching.askHint().given, false)
    assert.deepEqual(asked(bench), [undefined])
    await bench.engine.finish()
  })

  test('the instructor’s settings for the shift apply to each incident, and praise is about one', async () => {
    using bench = await ShiftBench.begin()
    const { coaching, pages } = bench.engine
    await bench.next()
    await bench.next('BrowseLatencyBudgetBurn')
    coaching.setMode('muted')
    coaching.snooze(60_000)
    const { state } = coaching.decisions() ?? {}
    assert.deepEqual([state?.coach, state?.snoozedUntil, state?.scenario], ['muted', bench.now + 60_000, 'slow-shelves'])
    coaching.setMode('auto')
    pages.acknowledge()
    await bench.pass(2)
    const said = bench.events(bench.drill).flatMap((event) => (event.type === 'coach-said' ? [[event.about, event.incident]] : []))
    assert.deepEqual(said, [['acknowledged', 1]])
    await bench.engine.finish()
  })

  test('time spent on one incident does not count as struggling with the next', async () => {
    using bench = await ShiftBench.begin()
    await bench.next()
    await bench.next('BrowseLatencyBudgetBurn')
    await bench.next()
    await bench.next('PricesOutdated')
    bench.engine.pages.acknowledge(undefined, 1)
    await bench.pass(30)
    // As the code that proves milestones would record them.
    for (const milestone of ['located', 'diagnosed', 'mitigated', 'recovered'] as const)
      bench.ledger.append(bench.drill, { type: 'milestone-reached', milestone, evidence: '', incident: 1 }, undefined, bench.now)
    bench.restart()
    await bench.engine.resume()
    const { scenario, unasked } = bench.engine.coaching.decisions() ?? {}
    assert.equal(scenario?.id, 'two-truths')
    assert.match(unasked?.reasons.join() ?? '', /^struggle 0\.00 of/, 'half a minute after its page')
    await bench.engine.finish()
  })
})
