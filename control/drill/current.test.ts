import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allowedPhases, drillPhases, mayDo, type DrillCommand, type DrillEventBody, type DrillPhase } from '../../model/drill.ts'
import { CurrentBench, scenarios, started } from '../replay/current-bench.ts'
import { CurrentDrill } from './current.ts'

const finished: DrillEventBody = { type: 'drill-finished', outcome: 'given-up' }

test('before the first drill there is none to run, to command or to append to', () => {
  using bench = new CurrentBench()
  assert.equal(bench.drill.id, undefined)
  assert.equal(bench.drill.running(), null)
  assert.throws(() => bench.drill.mustAllow('note'), { code: 'not-found', message: 'no drill is running' })
  assert.throws(() => bench.drill.append(finished), { code: 'not-found', message: 'no drill is running' })
})

test('each event is in the ledger, in memory, and told to those who listen', () => {
  using bench = new CurrentBench()
  const told: string[] = []
  bench.drill.live.on('event', ({ type }) => told.push(type))
  bench.drill.begin('one', started)
  bench.drill.append({ type: 'note-added', text: 'slow' }, { name: 'Robin', role: 'lead' })
  assert.deepEqual(bench.drill.events, bench.ledger.events('one'))
  assert.deepEqual(told, ['drill-started', 'note-added'])
  assert.deepEqual(bench.drill.events[1]?.by, { name: 'Robin', role: 'lead' })
})

test('a drill that begins takes the place of the previous one, and one that is loaded goes on from its events', () => {
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

test('a command is allowed in the phases that are listed for it, and refused in all others', () => {
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

test('a drill whose end cannot be written is over, takes no command, and ends in the ledger when it can be written', () => {
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

test('what could not be written comes before what is written once there is room, the end of the drill above all', () => {
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

test('what could not be written is written later, in its order, once, when it happened, and a hundred looks at most', (context) => {
  using bench = new CurrentBench()
  let now = 1_000
  context.mock.method(Date, 'now', () => now)
  bench.drill.begin('one', started)
  bench.fillDisk()
  for (let count = 1; count <= 150; count++) {
    now += 1_000
    // The second look at a place is none.
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

test('what happened in a drill before this one is written there', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  bench.fillDisk()
  bench.drill.note('one', { type: 'note-added', text: 'late' })
  bench.freeDisk()
  bench.drill.begin('two', started)
  bench.drill.noteAlive(1_000)
  assert.deepEqual(
    ['one', 'two'].map((drill) => bench.ledger.events(drill).map(({ type }) => type)),
    [['drill-started', 'note-added'], ['drill-started']],
  )
})

test('the state is of all events, also after one more', () => {
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
