import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, afterEach, test } from 'node:test'
import { loadScenarios } from '../drills/scenarios.ts'
import type { DrillEvent } from '../model/drill.ts'
import type { Range } from '../model/range.ts'
import type { CurrentAlert } from './alert-reconciliation.ts'
import { DrillEngine } from './drill-engine.ts'
import { Injector } from './injector.ts'
import { Ledger } from './ledger.ts'
import { projectRoot } from './paths.ts'
import { paperRange } from './replay/paper-range.ts'
import { ReplaySampler } from './replay/sampler.ts'

const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))
const folders: string[] = []
const realNow = Date.now

/** The real engine, injector and ledger over a range on paper, on a clock of its own. */
class Bench {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'firedrill-engine-'))
  readonly range: Range = paperRange(projectRoot, 30)
  readonly alerts: CurrentAlert[] = []
  ledger = new Ledger(this.dir)
  injector = new Injector(this.range, this.ledger)
  sampler = new ReplaySampler()
  engine = this.#engine()
  /** What a fault waits for on its way in. */
  #gate = Promise.withResolvers<void>()
  #waits = false

  constructor() {
    folders.push(this.dir)
    const { deploy } = this.range.releases
    this.range.releases.deploy = async (...args) => {
      const deployment = await deploy(...args)
      if (this.#waits) await this.#gate.promise
      return deployment
    }
  }

  #engine(): DrillEngine {
    return new DrillEngine({
      range: this.range,
      ledger: this.ledger,
      injector: this.injector,
      sampler: this.sampler,
      scenarios,
      users: 30,
      alerts: async () => this.alerts,
    })
  }

  /** The next `seconds`, one look a second; faults on their way in are not waited for. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      now += 1_000
      void this.sampler.tick(now)
      await settled()
    }
  }

  holdFaults(): void {
    this.#gate = Promise.withResolvers()
    this.#waits = true
  }
  async letFaultsGo(): Promise<void> {
    this.#waits = false
    this.#gate.resolve()
    await settled()
  }

  /** The control plane ends, and another takes its place. */
  restart(): void {
    this.ledger[Symbol.dispose]()
    this.ledger = new Ledger(this.dir)
    this.injector = new Injector(this.range, this.ledger)
    this.sampler = new ReplaySampler()
    this.engine = this.#engine()
  }

  async start(): Promise<string> {
    await this.pass(20)
    return (await this.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody' })).id
  }

  /** Alertmanager has an alert, and notifies of it if `notifies`. */
  fire(fingerprint: string, { notifies }: { notifies: boolean }): void {
    const alert = { fingerprint, name: 'BrowseErrorBudgetBurn', severity: 'page', summary: '', startsAt: new Date(now).toISOString() }
    this.alerts.push({ ...alert, active: true })
    if (notifies) this.engine.page(alert, 'firing')
  }

  events(drill: string): DrillEvent[] {
    return this.ledger.events(drill)
  }
  pages(drill: string): string[] {
    return this.events(drill).flatMap((event) => (event.type === 'page-received' ? [event.alert.fingerprint] : []))
  }
}

let now = realNow()
/** All that is done without waiting for time is done. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

beforeEach(() => {
  now = realNow()
  Date.now = () => now
})
afterEach(() => {
  Date.now = realNow
})
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

test('a page that comes while its fault is going in is the drill’s, once', async () => {
  const bench = new Bench()
  const drill = await bench.start()
  bench.holdFaults()
  await bench.pass(5)
  assert.equal(bench.events(drill).filter(({ type }) => type === 'fault-injected').length, 0, 'it is still going in')
  bench.fire('early', { notifies: true })
  await bench.letFaultsGo()
  await bench.pass(15)
  assert.deepEqual(bench.pages(drill), ['early'])
  await bench.engine.finish()
})

test('pages at every moment of a drill are received once, whether they were notified or not, and over a restart', async () => {
  for (let at = 0; at <= 12; at++)
    for (const notifies of [true, false])
      for (const restartsAt of [null, at, at + 1]) {
        const bench = new Bench()
        const drill = await bench.start()
        const message = `fires after ${at} s, ${notifies ? 'notified' : 'not notified'}, restart ${restartsAt ?? 'never'}`
        for (let second = 0; second < 22; second++) {
          if (second === restartsAt) bench.restart()
          if (second === at) bench.fire('page', { notifies })
          if (second === restartsAt) await bench.engine.resume()
          await bench.pass(1)
        }
        assert.deepEqual(bench.pages(drill), ['page'], message)
        await bench.engine.finish()
        bench.ledger[Symbol.dispose]()
      }
})

test('what fired before a drill began is not its page', async () => {
  const bench = new Bench()
  bench.fire('older', { notifies: false })
  now += 1_000
  const drill = await bench.start()
  await bench.pass(20)
  assert.deepEqual(bench.pages(drill), [])
  await bench.engine.finish()
})

test('what is done before an interrupted drill is taken up again is among its events', async () => {
  const bench = new Bench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.restart()
  bench.engine.view('dashboard', 'inventory', 'golden signals')
  await bench.engine.runAction('list-sessions', {}, { role: 'trainee' })
  bench.fire('meanwhile', { notifies: true })
  await bench.engine.resume()
  await bench.pass(1)
  const types = bench.events(drill).map(({ type }) => type)
  for (const type of ['place-viewed', 'action-run', 'page-received', 'control-resumed'] as const) assert.ok(types.includes(type), type)
  await bench.engine.finish()
})

test('what is looked at in a pause is among the events', async () => {
  const bench = new Bench()
  const drill = await bench.start()
  await bench.pass(6)
  bench.engine.pause()
  bench.engine.view('trace', 'inventory', 'a slow one')
  assert.ok(bench.events(drill).some(({ type }) => type === 'place-viewed'))
  bench.engine.continue()
  await bench.engine.finish()
})

test('a fault that is still going in when its drill ends is taken out, and none of it is left', async () => {
  const bench = new Bench()
  const drill = await bench.start()
  bench.holdFaults()
  await bench.pass(5)
  const ending = bench.engine.finish()
  await settled()
  await bench.letFaultsGo()
  await ending
  await bench.pass(3)
  assert.deepEqual(bench.ledger.openFaults(), [])
  assert.equal(await bench.range.releases.current('inventory'), bench.range.releases.baseline('inventory'))
  const types = bench.events(drill).map(({ type }) => type)
  assert.ok(!types.slice(types.indexOf('drill-finished')).includes('fault-injected'), 'nothing goes in after the end')
})
