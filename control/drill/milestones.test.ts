import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TimedVerdict } from '../../drills/milestones.ts'
import { milestoneNames } from '../../model/scenario.ts'
import { CurrentBench, started } from '../replay/current-bench.ts'
import { Measured, well } from '../replay/measured.ts'
import { ShiftBench } from '../replay/shift-bench.ts'
import { Milestones } from './milestones.ts'

const alert = { fingerprint: 'a', name: 'BrowseLatencyBudgetBurn', severity: 'page', summary: 'pages are slow', startsAt: '' }
const reached = ({ drill }: CurrentBench) => drill.events.flatMap((event) => (event.type === 'milestone-reached' ? [event.milestone] : []))

/** A drill whose page came long ago, and in which users were affected. */
function broken(bench: CurrentBench): { milestones: Milestones; see: (usersFine: boolean, healthy: boolean, seconds: number) => void } {
  const milestones = new Milestones(bench.drill)
  bench.drill.begin('one', started)
  bench.drill.append({ type: 'fault-injected', instance: 'i', fault: 'bad-release', step: 0 })
  bench.drill.append({ type: 'page-received', alert })
  bench.drill.append({ type: 'health-changed', healthy: false, failing: ['users-served'] })
  let at = Date.now()
  const see = (usersFine: boolean, healthy: boolean, seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      at += 1_000
      const verdict: TimedVerdict = { usersFine, healthy, results: [], at, after: bench.drill.events.at(-1)?.id ?? 0 }
      milestones.keep(verdict)
    }
  }
  return { milestones, see }
}

test('a milestone that an event proves is recorded once, with its evidence', () => {
  using bench = new CurrentBench()
  const { milestones } = broken(bench)
  milestones.reach()
  assert.deepEqual(reached(bench), [])
  bench.drill.append({ type: 'page-acknowledged' })
  bench.drill.append({ type: 'cause-named', component: 'inventory', category: 'release', sentence: '', correct: true })
  milestones.reach()
  milestones.reach()
  assert.deepEqual(
    bench.drill.events.flatMap((event) => (event.type === 'milestone-reached' ? [[event.milestone, event.evidence]] : [])),
    [
      ['acknowledged', 'the page was acknowledged'],
      ['located', 'named inventory as the cause'],
      ['diagnosed', 'named inventory (release)'],
    ],
  )
})

test('users served again for some seconds prove mitigation, and all checks passing prove recovery', () => {
  using bench = new CurrentBench()
  const { milestones, see } = broken(bench)
  see(false, false, 5)
  see(true, false, 3)
  milestones.reach()
  assert.deepEqual(reached(bench), [])
  see(true, false, 8)
  milestones.reach()
  assert.deepEqual(reached(bench), ['mitigated'])
  see(true, true, 20)
  milestones.reach()
  assert.deepEqual(reached(bench), ['mitigated'], 'the page still fires')
  bench.drill.append({ type: 'page-resolved', alert })
  milestones.reach()
  assert.deepEqual(reached(bench), ['mitigated', 'recovered'])
})

test('samples older than thirty ticks, or from another drill, prove nothing', () => {
  for (const [looks, expected] of [
    [29, ['mitigated']],
    [30, []],
  ] as const) {
    using bench = new CurrentBench()
    const { milestones, see } = broken(bench)
    see(false, false, 1)
    see(true, false, looks)
    milestones.reach()
    assert.deepEqual(reached(bench), expected, `${looks} looks since users felt something`)
  }
  using bench = new CurrentBench()
  const { milestones, see } = broken(bench)
  see(false, false, 5)
  see(true, true, 20)
  milestones.forget()
  milestones.reach()
  assert.deepEqual(reached(bench), [])
})

test('no milestone is reached in a pause, after the end, or before the first drill', () => {
  using bench = new CurrentBench()
  new Milestones(bench.drill).reach()
  const { milestones } = broken(bench)
  bench.drill.append({ type: 'page-acknowledged' })
  bench.drill.append({ type: 'drill-paused' })
  milestones.reach()
  assert.deepEqual(reached(bench), [])
  bench.drill.append({ type: 'drill-continued', pausedMs: 1_000, harm: { good: 0, slow: 0, failed: 0 } })
  milestones.reach()
  assert.deepEqual(reached(bench), ['acknowledged'])
  bench.drill.append({ type: 'cause-named', component: 'inventory', category: 'release', sentence: '', correct: true })
  bench.drill.append({ type: 'drill-finished', outcome: 'given-up' })
  milestones.reach()
  assert.deepEqual(reached(bench), ['acknowledged'])
})

test('each incident of a shift reaches its own milestones, and the shift all of its own when nothing is left to do and no page fires', async () => {
  const measured = new Measured()
  using bench = await ShiftBench.begin(measured)
  const { engine, drill } = bench
  const told = () =>
    bench.events(drill).flatMap((event) => (event.type === 'milestone-reached' ? [`${event.incident ?? 'shift'} ${event.milestone}`] : []))
  const all = (of: string) => milestoneNames.map((milestone) => `${of} ${milestone}`)
  await bench.next()
  await bench.next()
  engine.response.view('trace', 'inventory', 'a slow trace')
  assert.deepEqual(told(), [], 'nobody can know of it before its page')
  measured.next = () => ({ ...well(), users: { good: 0, slow: 20, failed: 0 } })
  bench.page('BrowseLatencyBudgetBurn')
  await bench.pass(10)
  engine.pages.acknowledge()
  engine.response.nameCause('inventory', 'release', 'found')
  measured.next = well
  bench.page('BrowseLatencyBudgetBurn', 'resolved')
  await bench.pass(40)
  assert.deepEqual(told().toSorted(), all('1').toSorted())
  await bench.next()
  await bench.next('PricesOutdated')
  measured.next = () => ({ ...well(), stalePrices: 5 })
  await bench.pass(10)
  engine.pages.acknowledge()
  engine.response.nameCause('catalog', 'cache', 'found')
  measured.next = well
  bench.page('PricesOutdated', 'resolved')
  // Noise that still fires.
  bench.page('CheckoutTrafficLow')
  await bench.pass(60)
  assert.deepEqual(told().toSorted(), [...all('1'), ...all('2')].toSorted())
  bench.page('CheckoutTrafficLow', 'resolved')
  assert.deepEqual(told().slice(-5), all('shift'))
  await bench.pass(2)
  assert.equal(told().length, 15)
  await engine.finish()
})
