import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedPhases, mayDo, type DrillCommand, type DrillEventBody, type DrillPhase } from '../../model/drill.ts'
import { drillPhases } from '../../model/drill-state.ts'
import { viewKinds } from '../../model/scenario.ts'
import { CurrentBench, scenarios, started } from '../replay/current-bench.ts'
import { CurrentDrill } from './current.ts'

const finished: DrillEventBody = { type: 'drill-finished', outcome: 'given-up' }

test('before the first drill there is none to run, to command or to append to', () => {
  using bench = new CurrentBench()
  assert.equal(bench.drill.id, undefined)
  assert.equal(bench.drill.running(), null)
  assert.throws(() => bench.drill.mustAllow('note'), { code: 'not-found', message: 'no drill is running' })
  assert.throws(() => bench.drill.append(finished), { code: 'not-found', message: 'no drill is running' })
  assert.throws(() => bench.drill.appendAndExtend(finished, 1), { code: 'not-found', message: 'no drill is running' })
  assert.deepEqual([bench.drill.incidents(), bench.drill.isUnwritable, bench.drill.hasUnwrittenEnd], [null, false, false])
})

test('listeners hear once that a drill is over, with its id, even if its end cannot be written yet', () => {
  using bench = new CurrentBench()
  const over: string[] = []
  bench.drill.live.on('over', (drill) => over.push(drill))
  bench.drill.begin('one', started)
  bench.drill.append({ type: 'note-added', text: 'slow' })
  assert.deepEqual(over, [])
  bench.drill.append(finished)
  assert.deepEqual(over, ['one'])
  bench.drill.begin('two', started)
  bench.fillDisk()
  bench.drill.endUnwritten(finished)
  assert.deepEqual(over, ['one', 'two'])
  bench.freeDisk()
  bench.drill.noteAlive(1_000)
  assert.deepEqual([over, bench.ledger.drill('two')?.phase], [['one', 'two'], 'finished'])
})

test('a hundred consoles may listen', (context) => {
  using bench = new CurrentBench()
  const warned = context.mock.method(process, 'emitWarning', () => {})
  for (let count = 0; count < 100; count++) bench.drill.live.on('event', () => {})
  assert.equal(warned.mock.callCount(), 0)
})

test('in a shift, each event is assigned to its incident, for all events so far and in the running drill', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  assert.equal(bench.drill.incidents(), null, 'it is no shift')
  // Its file no longer has incidents.
  bench.drill.begin('two', { ...started, shift: true })
  const first = bench.drill.incidents()
  assert.deepEqual([first?.taken, first?.begun], [1, []])
  bench.drill.append({ type: 'page-received', alert: { fingerprint: 'a', name: 'A', severity: 'page', summary: '', startsAt: '' } })
  assert.deepEqual([bench.drill.incidents() === first, first?.taken, first?.noise.length], [true, 2, 1])
  bench.drill.begin('three', { ...started, shift: true })
  assert.deepEqual(bench.drill.incidents()?.noise, [])
})

test('a step of the timeline is due until its fault is injected', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  assert.equal(bench.drill.isPending({ injectedSteps: [] }, 0), true)
  assert.deepEqual(
    [0, 1].map((step) => bench.drill.isPending({ injectedSteps: [0] }, step)),
    [false, true],
  )
})

test('each event is written to the ledger, kept in memory, and sent to listeners', () => {
  using bench = new CurrentBench()
  const told: string[] = []
  bench.drill.live.on('event', ({ type }) => told.push(type))
  bench.drill.begin('one', started)
  bench.drill.append({ type: 'note-added', text: 'slow' }, { name: 'Robin', role: 'lead' })
  assert.deepEqual(bench.drill.events, bench.ledger.events('one'))
  assert.deepEqual(told, ['drill-started', 'note-added'])
  assert.deepEqual(bench.drill.events[1]?.by, { name: 'Robin', role: 'lead' })
})

test('a new drill replaces the previous one, and a loaded one continues from its events', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  bench.drill.append(finished)
  bench.drill.begin('two', started)
  assert.deepEqual([bench.drill.id, bench.types()], ['two', ['drill-started']])
  const next = new CurrentDrill(bench.ledger, scenarios)
  next.load('one')
  assert.equal(next.running(), null)
  next.load('two')
  assert.equal(next.running()?.id, 'two')
})

test('a command is allowed in the listed phases, and refused in all others', () => {
  const bodies: Record<DrillPhase, DrillEventBody[]> = {
    running: [],
    paused: [{ type: 'drill-paused' }],
    finished: [finished],
    aborted: [{ type: 'drill-aborted', reason: '' }],
    void: [{ type: 'drill-voided', reason: '' }],
  }
  // Safe: the keys of a constant.
  const commands = Object.keys(allowedPhases) as DrillCommand[]
  for (const phase of drillPhases) {
    using bench = new CurrentBench()
    bench.drill.begin('one', started)
    for (const body of bodies[phase]) bench.drill.append(body)
    assert.equal(bench.drill.running() !== null, phase === 'running' || phase === 'paused', phase)
    for (const command of commands) {
      if (mayDo(phase, command)) assert.equal(bench.drill.mustAllow(command).phase, phase)
      else
        assert.throws(() => bench.drill.mustAllow(command), {
          code: 'wrong-state',
          message: `the drill is ${phase}: too late to ${command.replace('-', ' ')}`,
        })
    }
  }
})

test('a drill whose end cannot be written is over, accepts no command, and ends in the ledger when possible', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  bench.fillDisk()
  bench.drill.endUnwritten(finished)
  assert.deepEqual([bench.drill.running(), bench.drill.hasUnwrittenEnd], [null, true])
  for (const refused of [() => bench.drill.mustAllow('note'), () => bench.drill.mustBeWritten()])
    assert.throws(refused, { code: 'wrong-state', message: /cannot be recorded yet: is the disk full\?/ })
  bench.drill.noteAlive(1_000)
  assert.deepEqual([bench.drill.isUnwritable, bench.drill.hasUnwrittenEnd], [true, true])
  bench.freeDisk()
  bench.drill.noteAlive(2_000)
  assert.deepEqual([bench.drill.isUnwritable, bench.drill.hasUnwrittenEnd], [false, false])
  assert.equal(bench.ledger.drill('one')?.phase, 'finished')
  assert.equal(bench.ledger.aliveAt(), 2_000)
  bench.drill.noteAlive(3_000)
  assert.deepEqual(bench.types(), ['drill-started', 'drill-finished'], 'the end is written once')
  assert.doesNotThrow(() => bench.drill.mustBeWritten())
})

test('when there is room again, pending events are written before new ones, the end of the drill first of all', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  bench.fillDisk()
  bench.drill.note('one', { type: 'place-viewed', view: 'logs', component: 'redis', detail: '' })
  assert.throws(() => bench.drill.append(finished))
  bench.freeDisk()
  bench.drill.append(finished)
  assert.deepEqual(bench.types(), ['drill-started', 'place-viewed', 'drill-finished'])
  assert.deepEqual(bench.drill.events, bench.ledger.events('one'))
})

test('pending events are written later, in order, once, and with their original time', (context) => {
  using bench = new CurrentBench()
  let now = 1_000
  context.mock.method(Date, 'now', () => now)
  bench.drill.begin('one', started)
  bench.fillDisk()
  for (let count = 1; count <= 150; count++) {
    now += 1_000
    // The second look at a place is not recorded.
    for (let look = 0; look < 2; look++) bench.drill.note('one', { type: 'place-viewed', view: 'logs', component: 'redis', detail: '' })
    bench.drill.note('one', { type: 'note-added', text: `${count}` })
  }
  bench.drill.noteAlive(now)
  assert.deepEqual(bench.types(), ['drill-started'])
  bench.freeDisk()
  bench.drill.noteAlive(now)
  bench.drill.noteAlive(now)
  const events = bench.ledger.events('one')
  assert.equal(events.filter(({ type }) => type === 'place-viewed').length, 1)
  const notes = events.flatMap((event) => (event.type === 'note-added' ? [[event.text, event.at]] : []))
  assert.deepEqual(
    notes,
    Array.from({ length: 150 }, (_, index) => [`${index + 1}`, 2_000 + index * 1_000]),
  )
})

test('of events that cannot be written, one look at each place is kept, and a thousand events in total', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  bench.fillDisk()
  for (let time = 0; time < 2; time++)
    for (const view of viewKinds) bench.drill.note('one', { type: 'place-viewed', view, component: 'redis', detail: '' })
  for (let count = 0; count < 1_010; count++) bench.drill.note('one', { type: 'note-added', text: `${count}` })
  bench.freeDisk()
  // They need not be on the disk, which is slow.
  const written: string[] = []
  Object.defineProperty(bench.ledger, 'append', {
    value: (drill: string, body: DrillEventBody) => (written.push(body.type), { ...body, id: 9, drill, at: 0 }),
  })
  bench.drill.noteAlive(1_000)
  assert.deepEqual(
    ['place-viewed', 'note-added'].map((type) => written.filter((each) => each === type).length),
    [viewKinds.length, 1_000 - viewKinds.length],
  )
})

test('an event is written immediately, after those that were pending', () => {
  using bench = new CurrentBench()
  const texts = () => bench.drill.events.flatMap((event) => (event.type === 'note-added' ? [event.text] : []))
  bench.drill.begin('one', started)
  bench.drill.note('one', { type: 'note-added', text: 'first' })
  assert.deepEqual(texts(), ['first'])
  bench.fillDisk()
  bench.drill.note('one', { type: 'note-added', text: 'second' })
  bench.freeDisk()
  bench.drill.note('one', { type: 'note-added', text: 'third' })
  assert.deepEqual(texts(), ['first'])
  bench.drill.noteAlive(1_000)
  assert.deepEqual([texts(), bench.drill.isUnwritable], [['first', 'second', 'third'], false])
})

test('one event is kept for each reverted fault', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  bench.fillDisk()
  for (const instance of ['a', 'b', 'a']) bench.drill.note('one', { type: 'fault-reverted', instance, fault: 'noop' })
  bench.freeDisk()
  bench.drill.noteAlive(1_000)
  assert.deepEqual(
    bench.drill.events.flatMap((event) => (event.type === 'fault-reverted' ? [event.instance] : [])),
    ['a', 'b'],
  )
})

test('an event never has an earlier time than the previous one, even if the clock is set back', (context) => {
  using bench = new CurrentBench()
  context.mock.timers.enable({ apis: ['Date'], now: 10_000 })
  bench.drill.begin('one', started)
  for (const [text, at] of Object.entries({ first: 30_000, second: 20_000 })) {
    context.mock.timers.setTime(at)
    bench.drill.note('one', { type: 'note-added', text })
  }
  assert.deepEqual(
    bench.drill.events.map(({ at }) => at),
    [10_000, 30_000, 30_000],
  )
})

test('a late event of an earlier drill is written to that drill, with its original time', (context) => {
  using bench = new CurrentBench()
  context.mock.timers.enable({ apis: ['Date'], now: 1_000 })
  const look = { type: 'place-viewed', view: 'logs', component: 'redis', detail: '' } as const
  bench.drill.begin('one', started)
  bench.fillDisk()
  context.mock.timers.setTime(2_000)
  bench.drill.note('one', look)
  bench.freeDisk()
  context.mock.timers.setTime(9_000)
  bench.drill.begin('two', started)
  bench.fillDisk()
  bench.drill.note('two', look)
  bench.freeDisk()
  bench.drill.noteAlive(9_000)
  assert.deepEqual(
    ['one', 'two'].map((drill) => bench.ledger.events(drill).map(({ type, at }) => [type, at])),
    [
      [
        ['drill-started', 1_000],
        ['place-viewed', 2_000],
      ],
      [
        ['drill-started', 9_000],
        ['place-viewed', 9_000],
      ],
    ],
  )
  assert.deepEqual(bench.drill.events, bench.ledger.events('two'))
})

test('a ledger that cannot be written is reported once, and known until everything has been written', (context) => {
  using bench = new CurrentBench()
  const told = context.mock.method(process.stderr, 'write', () => true)
  bench.drill.begin('one', started)
  for (const times of [1, 2]) {
    bench.fillDisk()
    for (let look = 0; look < 3; look++) bench.drill.noteAlive(1_000)
    assert.deepEqual([bench.drill.isUnwritable, told.mock.callCount()], [true, times])
    bench.freeDisk()
    bench.drill.noteAlive(2_000)
    assert.equal(bench.drill.isUnwritable, false)
  }
  // There is room for small values, but not for an event.
  bench.fillDisk()
  bench.drill.note('one', { type: 'note-added', text: 'late' })
  bench.freeDisk()
  Object.defineProperty(bench.ledger, 'append', { value: () => assert.fail('no room'), configurable: true })
  bench.drill.noteAlive(3_000)
  assert.equal(bench.drill.isUnwritable, true)
  Reflect.deleteProperty(bench.ledger, 'append')
  bench.drill.noteAlive(4_000)
  assert.deepEqual([bench.drill.isUnwritable, bench.types()], [false, ['drill-started', 'note-added']])
})

test('the state includes all events, also after a new one', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  assert.equal(bench.drill.running()?.wrongCauses, 0)
  bench.drill.append({ type: 'cause-named', component: 'redis', category: 'cache', sentence: '', correct: false })
  assert.equal(bench.drill.running()?.wrongCauses, 1)
  assert.equal(bench.drill.running(), bench.drill.running(), 'it is not folded again without a new event')
})

test('a scenario is played as the seed drew it, and an unknown one is an error', () => {
  using bench = new CurrentBench()
  assert.throws(() => bench.drill.scenario('no-such'), { code: 'not-found', message: "there is no scenario 'no-such'" })
  const varied = [...scenarios.values()].find(({ variants }) => (variants ?? []).length > 1)
  const [, second] = varied?.variants ?? []
  assert.ok(varied && second)
  bench.drill.begin('one', { ...started, scenario: varied.id, seed: 3, variant: second.name })
  const state = bench.drill.running()
  assert.ok(state)
  assert.deepEqual(bench.drill.played(state), varied.versions?.of({ seed: 3, variant: second.name }))
  const { events, scenario } = bench.drill.situation(state)
  assert.deepEqual([events, scenario.id], [bench.drill.events, varied.id])
})
