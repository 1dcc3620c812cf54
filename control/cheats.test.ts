import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { shopComponentNames } from '../model/components.ts'
import { EngineBench, settled } from './replay/engine-bench.ts'
import { Measured, well, type Second } from './replay/measured.ts'
import { allRunning } from './replay/paper-range.ts'
import { ServedBench } from './replay/served-bench.ts'

/** The harm as in `slow-shelves`: most requests are slow, and there are fewer of them. */
const broken = (): Second => ({ ...well(), users: { good: 4, slow: 8, failed: 0 } })

/** A drill whose fault is injected, noticed by users and paged. */
class Cheater implements Disposable {
  measured = new Measured()
  readonly bench = new EngineBench(this.measured)
  drill = ''

  async begin(): Promise<void> {
    this.drill = await this.bench.start()
    await this.bench.pass(6)
    this.measured.next = broken
    await this.bench.pass(10)
    this.bench.fire('page', { notifies: true })
    await this.bench.pass(10)
    assert.equal(this.state.wasBroken, true)
    assert.equal(this.state.firing.length, 1)
    this.bench.engine.pages.acknowledge()
  }
  get state() {
    return this.bench.state(this.drill)
  }
  /** No alert fires in Alertmanager any more. */
  quiet(): void {
    this.bench.alerts.length = 0
  }
  /** A new control plane resumes the drill, and takes new samples. */
  async restart(): Promise<void> {
    const { next } = this.measured
    this.measured = new Measured()
    this.measured.next = next
    this.bench.restart(this.measured)
    await this.bench.engine.resume()
  }
  [Symbol.dispose](): void {
    this.bench[Symbol.dispose]()
  }
}

/** What a player may try instead of fixing it, and what the checks measure then. */
const cheats: Record<string, (cheater: Cheater) => void | Promise<void>> = {
  'silence the alert': (cheater) => cheater.quiet(),
  'delete the rule, and so the page': (cheater) => {
    for (const alert of cheater.bench.alerts.splice(0)) cheater.bench.engine.pages.receive(alert, 'resolved')
  },
  'break the exporter and the monitor': (cheater) => {
    cheater.quiet()
    const blind = new Set(['prometheus', 'alertmanager', 'postgres-exporter', 'redis-exporter'])
    const components = allRunning().map((one) => (blind.has(one.name) ? { ...one, healthy: false, state: 'exited' as const } : one))
    cheater.measured.next = () => ({ ...broken(), components })
  },
  'stop the load': (cheater) => {
    cheater.quiet()
    cheater.measured.next = () => ({ ...well(), users: { good: 0, slow: 0, failed: 0 } })
  },
  'end what counts the users': (cheater) => {
    cheater.quiet()
    cheater.measured.next = () => ({ ...well(), users: null })
  },
  'refuse customers, and tell them so': (cheater) => {
    cheater.quiet()
    cheater.measured.next = () => ({ ...well(), users: { good: 4, slow: 0, failed: 16 } })
  },
  'keep nearly all customers out, and serve the rest well': (cheater) => {
    cheater.quiet()
    cheater.measured.next = () => ({ ...well(), users: { good: 2, slow: 0, failed: 0 } })
  },
  'restart in a loop': (cheater) => {
    cheater.quiet()
    cheater.measured.next = (second) => (second % 10 < 8 ? well() : { ...broken(), users: { good: 0, slow: 0, failed: 12 } })
  },
  'empty the queue': (cheater) => {
    cheater.quiet()
    // Orders that were thrown away are never fulfilled, and their customers keep waiting.
    let waited = 1
    cheater.measured.next = () => ({ ...well(), oldestUnfulfilledSeconds: waited++ })
  },
  'take the database from those who count orders': (cheater) => {
    cheater.quiet()
    cheater.measured.next = () => ({ ...well(), oldestUnfulfilledSeconds: null, stalePrices: null })
  },
  'scale to zero': (cheater) => {
    cheater.quiet()
    const components = allRunning().map((one) =>
      (shopComponentNames as readonly string[]).includes(one.name) && one.name === 'inventory'
        ? { ...one, healthy: false, state: 'stopped' as const }
        : one,
    )
    cheater.measured.next = () => ({ ...well(), components })
  },
  'freeze the control plane until the reaper has put it right': async (cheater) => {
    cheater.quiet()
    await cheater.bench.beside((injector) => injector.revertAll())
    cheater.bench.now += 15_000
    cheater.measured.next = well
  },
}

describe('no trick wins a drill', () => {
  for (const [what, cheat] of Object.entries(cheats))
    test(what, async () => {
      using cheater = new Cheater()
      await cheater.begin()
      await cheat(cheater)
      await cheater.bench.pass(60)
      const { milestones, outcome } = cheater.state
      assert.deepEqual([milestones.recovered, outcome], [null, null])
      if (cheater.bench.engine.running()) await cheater.bench.engine.finish()
      await settled()
    })
})

const isRecovered = ({ state }: Cheater) => state.milestones.recovered !== null

describe('no timing wins a drill', () => {
  test('a silence before the page: without a page nothing counts, however well users are served later', async () => {
    using cheater = new Cheater()
    const { bench } = cheater
    cheater.drill = await bench.start()
    await bench.pass(6)
    cheater.measured.next = broken
    bench.fire('page', { notifies: false })
    const [alert] = bench.alerts
    assert.ok(alert)
    // A silenced alert, as Alertmanager reports it.
    bench.alerts.splice(0, 1, { ...alert, active: false })
    await bench.pass(30)
    cheater.measured.next = well
    await bench.pass(60)
    assert.equal(isRecovered(cheater), false)
    assert.deepEqual([cheater.state.wasBroken, cheater.state.outcome, bench.engine.running()?.id], [true, null, cheater.drill])
    await bench.engine.finish()
    assert.equal(cheater.state.outcome, 'given-up')
  })

  test('a pause: nothing can be done in it, and what is measured in it recovers nothing', async () => {
    using cheater = new Cheater()
    const { bench } = cheater
    await cheater.begin()
    cheater.quiet()
    bench.engine.clock.pause()
    await assert.rejects(bench.engine.response.runAction('roll-back', { service: 'inventory' }, { role: 'trainee' }), {
      code: 'wrong-state',
    })
    cheater.measured.next = well
    await bench.pass(60)
    assert.equal(isRecovered(cheater), false)
    cheater.measured.next = broken
    bench.engine.clock.continue()
    await bench.pass(60)
    assert.equal(isRecovered(cheater), false)
    await bench.engine.finish()
  })

  test('a variant: a player who knows the answer of one cannot choose it where that counts', async () => {
    await using served = new ServedBench()
    await served.bench.pass(20)
    for (const chosen of [{ variant: 'stock' }, { seed: 7 }])
      for (const counted of [{ mode: 'assessment' }, { blind: true }]) {
        const { status } = await served.ask('trainee', 'POST', '/api/drills', { scenario: 'every-fourth-page', ...chosen, ...counted })
        assert.deepEqual([status, served.bench.engine.running()], [403, null])
      }
  })
})

test('an effective fix recovers the drill, also with fewer users than before and after a restart of the control plane', async () => {
  for (const restarts of [false, true]) {
    using cheater = new Cheater()
    await cheater.begin()
    cheater.quiet()
    cheater.measured.next = () => ({ ...well(), users: { good: 10, slow: 0, failed: 0 } })
    if (restarts) await cheater.restart()
    await cheater.bench.pass(30)
    assert.notEqual(cheater.state.milestones.recovered, null, String(restarts))
    await cheater.bench.engine.finish()
  }
})

test('a cheat does not become a win by a restart of the control plane', async () => {
  using cheater = new Cheater()
  await cheater.begin()
  cheater.quiet()
  cheater.measured.next = () => ({ ...well(), users: { good: 2, slow: 0, failed: 0 } })
  await cheater.restart()
  await cheater.bench.pass(40)
  assert.equal(cheater.state.milestones.recovered, null)
  await cheater.bench.engine.finish()
})
