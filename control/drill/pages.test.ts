import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineBench } from '../replay/engine-bench.ts'
import { Measured, well } from '../replay/measured.ts'
import { ShiftBench } from '../replay/shift-bench.ts'

const alert = { fingerprint: 'a', name: 'BrowseLatencyBudgetBurn', severity: 'page', summary: 'pages are slow', startsAt: '' }
const of = (bench: EngineBench, drill: string, ...types: string[]) => bench.types(drill).filter((type) => types.includes(type))

/** A drill whose fault was injected three seconds ago. */
async function begun(bench: EngineBench): Promise<string> {
  const drill = await bench.start()
  await bench.pass(6)
  return drill
}

/** Advances the time, with a tick every five seconds. */
async function wait(bench: EngineBench, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 5) {
    bench.now += (Math.min(5, left) - 1) * 1_000
    await bench.pass(1)
  }
}

describe('receiving pages', () => {
  test('outside a drill, and before an injection has begun, a page does not belong to the drill', async () => {
    using bench = new EngineBench()
    bench.engine.pages.receive(alert, 'firing')
    const drill = await bench.start()
    bench.engine.pages.receive(alert, 'firing')
    assert.deepEqual(bench.pages(drill), [])
    await bench.pass(6)
    bench.engine.pages.receive(alert, 'firing')
    assert.deepEqual(bench.pages(drill), ['a'])
    await bench.engine.finish()
    bench.engine.pages.receive({ ...alert, fingerprint: 'late' }, 'firing')
    assert.deepEqual(bench.pages(drill), ['a'])
  })

  test('a page that arrives twice is one page, and one that fires again after it resolved is another', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    const table: ['firing' | 'resolved', string[]][] = [
      ['resolved', []],
      ['firing', ['page-received']],
      ['firing', ['page-received']],
      ['resolved', ['page-received', 'page-resolved']],
      ['resolved', ['page-received', 'page-resolved']],
      ['firing', ['page-received', 'page-resolved', 'page-received']],
    ]
    for (const [status, expected] of table) {
      bench.engine.pages.receive(alert, status)
      assert.deepEqual(of(bench, drill, 'page-received', 'page-resolved'), expected)
    }
    await bench.engine.finish()
  })
})

test('milestones that a resolved page proves are reached immediately', async () => {
  const measured = new Measured()
  using bench = new EngineBench(measured)
  const drill = await begun(bench)
  measured.next = () => ({ ...well(), users: { good: 0, slow: 0, failed: 20 } })
  bench.fire('a', { notifies: true })
  await bench.pass(10)
  measured.next = well
  await bench.pass(40)
  assert.notEqual(bench.state(drill).milestones.mitigated, null)
  assert.equal(bench.state(drill).milestones.recovered, null, 'the page still fires')
  bench.engine.pages.receive({ ...alert, fingerprint: 'a' }, 'resolved')
  assert.equal(bench.state(drill).milestones.recovered, bench.now)
  await bench.engine.finish()
})

describe('acknowledging', () => {
  test('in a shift applies to one incident, or to all pages that wait, including noise', async () => {
    using bench = await ShiftBench.begin()
    const acknowledged = () =>
      bench.events(bench.drill).flatMap((event) => (event.type === 'page-acknowledged' ? [[event.incident, event.by?.name]] : []))
    const robin = { name: 'Robin', role: 'lead' }
    await bench.next('CheckoutLatencyBudgetBurn')
    await bench.next('BrowseLatencyBudgetBurn')
    bench.engine.pages.acknowledge(robin, 2)
    assert.deepEqual(acknowledged(), [[2, 'Robin']])
    assert.throws(() => bench.engine.pages.acknowledge(robin, 3), { code: 'not-found' })
    await bench.next('CheckoutTrafficLow')
    await bench.next('PricesOutdated')
    bench.engine.pages.acknowledge(robin)
    bench.engine.pages.acknowledge(robin)
    assert.deepEqual(
      acknowledged().map(([incident]) => incident),
      [2, 1, 3],
    )
    const reached = bench.events(bench.drill).flatMap((event) => (event.type === 'milestone-reached' ? [event.incident] : []))
    assert.deepEqual(reached, [2, 3], 'the milestone of each incident, and none of noise')
    await bench.engine.finish()
  })

  test('by the number of an incident is refused in a drill that is no shift', async () => {
    using bench = new EngineBench()
    await begun(bench)
    bench.fire('a', { notifies: true })
    assert.throws(() => bench.engine.pages.acknowledge(undefined, 1), { code: 'bad-request' })
    await bench.engine.finish()
  })

  test('is refused before there is a page, and recorded once, with who did it', async () => {
    using bench = new EngineBench()
    assert.throws(() => bench.engine.pages.acknowledge(), { code: 'not-found' })
    const drill = await begun(bench)
    assert.throws(() => bench.engine.pages.acknowledge(), { code: 'wrong-state', message: 'there is no page to acknowledge yet' })
    bench.engine.pages.receive(alert, 'firing')
    bench.engine.pages.acknowledge({ name: 'Robin', role: 'lead' })
    bench.engine.pages.acknowledge()
    const events = bench.events(drill).filter(({ type }) => type === 'page-acknowledged')
    assert.deepEqual(
      events.map(({ by }) => by),
      [{ name: 'Robin', role: 'lead' }],
    )
    assert.equal(bench.state(drill).milestones.acknowledged, bench.now, 'the milestone is reached immediately')
    await bench.engine.finish()
  })
})

describe('escalation', () => {
  const escalations = (bench: EngineBench, drill: string) =>
    bench.events(drill).flatMap((event) => (event.type === 'page-escalated' ? [event.afterMs] : []))

  test('a page that nobody acknowledges for three minutes is escalated, once', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    bench.fire('a', { notifies: true })
    await wait(bench, 179)
    assert.deepEqual(escalations(bench, drill), [])
    await wait(bench, 1)
    await wait(bench, 30)
    assert.deepEqual(escalations(bench, drill), [180_000])
    await bench.engine.finish()
  })

  test('a page that was acknowledged is not escalated, and neither is a drill without a page', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    await wait(bench, 200)
    bench.fire('a', { notifies: true })
    bench.engine.pages.acknowledge()
    await wait(bench, 200)
    assert.deepEqual(escalations(bench, drill), [])
    await bench.engine.finish()
  })

  test('in a shift it applies to alerts that fire and were not acknowledged, and skipped time does not count', async () => {
    using bench = await ShiftBench.begin()
    await bench.next('CheckoutLatencyBudgetBurn')
    bench.page('CheckoutLatencyBudgetBurn', 'resolved')
    await bench.next('BrowseLatencyBudgetBurn')
    bench.engine.pages.acknowledge(undefined, 2)
    await wait(bench, 200)
    assert.deepEqual(escalations(bench, bench.drill), [])
    await bench.next('CheckoutTrafficLow')
    await wait(bench, 100)
    await bench.next()
    await wait(bench, 77)
    assert.deepEqual(escalations(bench, bench.drill), [])
    await wait(bench, 1)
    assert.deepEqual(escalations(bench, bench.drill), [180_000])
    await bench.engine.finish()
  })

  test('a pause does not count', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    bench.fire('a', { notifies: true })
    await wait(bench, 100)
    bench.engine.clock.pause()
    await wait(bench, 100)
    bench.engine.clock.continue()
    await wait(bench, 79)
    assert.deepEqual(escalations(bench, drill), [])
    await wait(bench, 1)
    assert.deepEqual(escalations(bench, drill), [180_000])
    await bench.engine.finish()
  })
})

describe('comparing with Alertmanager', () => {
  test('it is polled every three seconds, and not before a fault is injected', async () => {
    using bench = new EngineBench()
    let asked = 0
    const { alerts } = bench
    Object.defineProperty(bench, 'alerts', { get: () => (asked++, alerts) })
    await bench.start()
    asked = 0
    await bench.pass(2)
    assert.equal(asked, 0)
    await bench.pass(12)
    assert.equal(asked, 4)
    await bench.engine.finish()
  })

  test('an Alertmanager that does not answer changes nothing', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    bench.fire('a', { notifies: true })
    Object.defineProperty(bench, 'alerts', { value: null })
    for (let look = 0; look < 5; look++) {
      bench.now += 3_000
      await bench.engine.pages.compare()
    }
    assert.equal(bench.state(drill).firing.length, 1)
    await bench.engine.finish()
  })

  test('an alert that no longer fires is resolved without a notification, after three polls', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    bench.fire('a', { notifies: true })
    await bench.pass(6)
    bench.alerts.length = 0
    await bench.pass(6)
    assert.deepEqual(bench.state(drill).firing.length, 1)
    await bench.pass(6)
    assert.deepEqual(bench.state(drill).firing, [])
    await bench.engine.finish()
  })

  test('an alert that fires without a notification is a page after two polls', async () => {
    using bench = new EngineBench()
    const drill = await begun(bench)
    bench.fire('a', { notifies: false })
    await bench.pass(3)
    assert.deepEqual(bench.pages(drill), [])
    await bench.pass(3)
    assert.deepEqual(bench.pages(drill), ['a'])
    await bench.engine.finish()
  })
})
