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
    assert.throws(refused, { code: 'wrong-state', message: /cannot be written down yet: is the disk full\?/ })
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

test('notes that could not be written are written later, in their order, once, and a hundred at most', () => {
  using bench = new CurrentBench()
  bench.drill.begin('one', started)
  const written: number[] = []
  for (let note = 1; note <= 150; note++) bench.drill.noteLater(() => written.push(note))
  bench.fillDisk()
  bench.drill.noteAlive(1_000)
  assert.deepEqual(written, [])
  bench.freeDisk()
  bench.drill.noteAlive(2_000)
  bench.drill.noteAlive(3_000)
  assert.deepEqual(
    written,
    Array.from({ length: 100 }, (_, index) => index + 1),
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
