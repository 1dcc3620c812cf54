import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { CurrentBench, started } from '../replay/current-bench.ts'
import { Characters } from './characters.ts'

const robin = { name: 'Robin', role: 'lead' }
const alert = { fingerprint: 'a', name: 'StalePrices', severity: 'page', summary: 'prices are old', startsAt: '' }
const said = ({ drill }: CurrentBench) => drill.events.flatMap((event) => (event.type === 'person-said' ? [event] : []))

/** A drill of a scenario with people, whose page was received and acknowledged; `pass` ticks them each second. */
function paged(context: TestContext, bench: CurrentBench): { people: Characters; pass: (seconds: number) => void } {
  context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const people = new Characters(bench.drill)
  people.act()
  bench.drill.begin('one', { ...started, scenario: 'old-tags' })
  bench.drill.append({ type: 'page-received', alert })
  bench.drill.append({ type: 'page-acknowledged' })
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      context.mock.timers.tick(1_000)
      people.act()
    }
  }
  return { people, pass }
}

test('people say what their policy decides, and answer the trainee’s questions', (context) => {
  using bench = new CurrentBench()
  const { people, pass } = paged(context, bench)
  pass(45)
  assert.deepEqual(
    said(bench).map(({ person, about, beat }) => [person, about, beat]),
    [['support-lead', 'beat', 'prices']],
  )
  people.ask('head-of-sales', 'How often do you change prices today?', robin)
  const question = bench.drill.events.at(-1)
  assert.deepEqual([question?.type, question?.by], ['person-asked', robin])
  pass(60)
  const answer = said(bench).find(({ to }) => to === question?.id)
  assert.deepEqual([answer?.person, answer?.fact], ['head-of-sales', 'changes'])
})

test('nobody speaks in a quiet, and its end says who had to wait', (context) => {
  using bench = new CurrentBench()
  const { people, pass } = paged(context, bench)
  people.askQuiet(120_000, robin)
  assert.equal(bench.drill.events.at(-1)?.by, robin)
  pass(119)
  assert.deepEqual(said(bench), [])
  pass(1)
  const ended = bench.drill.events.find(({ type }) => type === 'quiet-ended')
  assert.ok(ended?.type === 'quiet-ended')
  assert.deepEqual(
    ended.held.map(({ person }) => person),
    ['support-lead'],
  )
  assert.deepEqual(ended.missed, [])
})

test('quiet may be requested three times in a drill; ending one is not a request', (context) => {
  using bench = new CurrentBench()
  const { people } = paged(context, bench)
  for (const left of [3, 2, 1]) {
    assert.equal(people.quietsLeft(), left)
    people.askQuiet(60_000)
    people.askQuiet(0)
  }
  assert.equal(people.quietsLeft(), 0)
  assert.throws(() => people.askQuiet(1), { code: 'conflict', message: /^you have asked for quiet 3 times/ })
  people.askQuiet(0)
  assert.equal(bench.drill.events.filter(({ type }) => type === 'quiet-asked').length, 7)
})

test('the instructor makes a person speak even if muted, in the instructor’s words or the person’s own', (context) => {
  using bench = new CurrentBench()
  const { people, pass } = paged(context, bench)
  people.mute(true)
  pass(120)
  assert.deepEqual(said(bench), [])
  people.send('chief-executive', 'I read about us in the paper.')
  people.send('support-lead', null)
  pass(120)
  assert.deepEqual(
    said(bench).map(({ person, text, about }) => [person, about, text.slice(0, 26)]),
    [
      ['chief-executive', 'instructor', 'I read about us in the pap'],
      ['support-lead', 'instructor', 'Customers send us screensh'],
    ],
  )
  people.mute(false)
  pass(120)
  assert.equal(said(bench).length, 3, 'they may speak again')
})

test('after the end of a drill nobody can be asked, sent in or muted, and a model’s match is ignored', (context) => {
  using bench = new CurrentBench()
  const { people, pass } = paged(context, bench)
  people.noteUnderstood(3, 'changes')
  assert.deepEqual(
    bench.drill.events.flatMap((event) => (event.type === 'question-understood' ? [[event.to, event.fact]] : [])),
    [[3, 'changes']],
  )
  bench.drill.append({ type: 'drill-finished', outcome: 'given-up' })
  const before = bench.types()
  for (const refused of [
    () => people.ask('customer', 'Hello?'),
    () => people.askQuiet(60_000),
    () => people.send('customer', null),
    () => people.mute(true),
  ])
    assert.throws(refused, { code: 'wrong-state' })
  people.noteUnderstood(3, 'changes')
  pass(120)
  assert.deepEqual(bench.types(), before)
})
