import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EngineBench } from '../replay/engine-bench.ts'

const alert = { fingerprint: 'a', name: 'BrowseLatencyBudgetBurn', severity: 'page', summary: 'pages are slow', startsAt: '' }
const of = (bench: EngineBench, drill: string, ...types: string[]) => bench.types(drill).filter((type) => types.includes(type))

/** A drill whose fault was injected three seconds ago. */
async function begun(bench: EngineBench): Promise<string> {
  const drill = await bench.start()
  await bench.pass(6)
  return drill
}

/** Time passes, looked at every five seconds. */
async function wait(bench: EngineBench, seconds: number): Promise<void> {
  for (let left = seconds; left > 0; left -= 5) {
    bench.now += (Math.min(5, left) - 1) * 1_000
    await bench.pass(1)
  }
}

describe('pages that are received', () => {
  test('outside a drill, and before a fault is on its way in, a page is not of the drill', async () => {
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

  test('a page that comes twice is one page, and one that fires again after it was resolved is another', async () => {
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

describe('acknowledging', () => {
  test('is refused before there is a page, and noted once, with who did it', async () => {
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
  test('it is asked every three seconds, and not before a fault is in', async () => {
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

  test('what no longer fires is resolved without a notification, after three looks', async () => {
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

  test('what fires without a notification is a page after two looks', async () => {
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
