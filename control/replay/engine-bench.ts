/*
 * The control plane without a real range, for tests, benchmarks and simulated trainees. Begin here: `EngineBench` is the engine alone, `ServedBench`
 * (`served-bench.ts`) has the API as well, and `ReplayPlane` (`plane.ts`) plays whole drills against recordings of rehearsals (`recording.ts`). Each has a
 * range on paper (`paper-range.ts`).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadScenarios } from '../../drills/scenarios.ts'
import { loadShifts } from '../../drills/shifts/read.ts'
import type { DrillEvent, DrillState } from '../../model/drill.ts'
import { usualUsers, type Range } from '../../model/range.ts'
import type { KeptRequest } from '../../model/tickets.ts'
import type { CurrentAlert } from '../alert-reconciliation.ts'
import { DrillEngine } from '../drill-engine.ts'
import { Injector } from '../injector.ts'
import { Ledger } from '../ledger.ts'
import { LoadDriver } from '../load-driver.ts'
import { projectRoot } from '../paths.ts'
import { playedWith } from '../shifts.ts'
import { paperRange } from './paper-range.ts'
import type { Sampler } from '../sampler.ts'
import { ReplaySampler } from './sampler.ts'
import { settled } from './settled.ts'

export { settled }
export const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))
export const shifts = loadShifts(path.join(projectRoot, 'shifts'), scenarios)
/** What can be played. */
export const played = playedWith(scenarios, shifts)
const realNow = Date.now

/** Takes a sample when the test says that a second has passed. */
export type TickedSampler = Sampler & { tick(at: number): Promise<void> }
export const users = usualUsers

/** The real engine, injector and ledger over a simulated range. While one is open, `Date.now` is its clock, which only the test advances. */
export class EngineBench implements Disposable {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'firedrill-engine-'))
  readonly range: Range = paperRange(projectRoot, users)
  readonly load = new LoadDriver(this.range)
  readonly alerts: CurrentAlert[] = []
  /** Failed requests of users, as they are read from Locust. */
  readonly kept: KeptRequest[] = []
  now: number
  ledger: Ledger
  injector: Injector
  sampler: TickedSampler
  engine: DrillEngine
  /** A promise that an injection waits for. */
  #gate = Promise.withResolvers<void>()
  #waits = false

  /** @param sampler samples the simulated range; without one everything is healthy. @param startsAt in milliseconds since the epoch. */
  constructor(sampler: TickedSampler = new ReplaySampler(), startsAt = realNow()) {
    this.now = startsAt
    this.sampler = sampler
    Date.now = () => this.now
    const { deploy } = this.range.releases
    this.range.releases.deploy = async (...args) => {
      const deployment = await deploy(...args)
      if (this.#waits) await this.#gate.promise
      return deployment
    }
    this.ledger = new Ledger(this.dir)
    this.injector = new Injector(this.range, this.ledger)
    this.engine = this.#engine()
  }

  #engine(): DrillEngine {
    return new DrillEngine({
      range: this.range,
      ledger: this.ledger,
      injector: this.injector,
      sampler: this.sampler,
      scenarios: played,
      alerts: async () => this.alerts,
      kept: { refresh: async () => {}, requests: this.kept },
      load: this.load,
    })
  }

  /** The next `seconds`, with a tick in each; injections under way are not waited for. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.now += 1_000
      void this.sampler.tick(this.now)
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

  /** The control plane ends, and a new one replaces it. */
  restart(sampler: TickedSampler = new ReplaySampler()): void {
    this.engine.stop()
    this.ledger[Symbol.dispose]()
    this.ledger = new Ledger(this.dir)
    this.injector = new Injector(this.range, this.ledger)
    this.sampler = sampler
    this.engine = this.#engine()
  }

  /** Another process that acts on the same faults, such as the reaper. */
  async beside(work: (injector: Injector) => Promise<unknown>): Promise<void> {
    using ledger = new Ledger(this.dir)
    await work(new Injector(this.range, ledger))
  }

  async start(scenario = 'slow-shelves'): Promise<string> {
    await this.pass(20)
    return (await this.engine.start(scenario, { mode: 'learning', trainee: 'somebody' })).id
  }

  /** Alertmanager has an alert, and sends a notification if `notifies`. */
  fire(fingerprint: string, { notifies }: { notifies: boolean }): void {
    const startsAt = new Date(this.now).toISOString()
    const alert = { fingerprint, name: 'BrowseErrorBudgetBurn', severity: 'page', summary: '', startsAt }
    this.alerts.push({ ...alert, active: true })
    if (notifies) this.engine.pages.receive(alert, 'firing')
  }

  events(drill: string): DrillEvent[] {
    return this.ledger.events(drill)
  }
  types(drill: string): string[] {
    return this.events(drill).map(({ type }) => type)
  }
  state(drill: string): DrillState {
    const state = this.ledger.drill(drill)
    if (!state) throw new Error(`there is no drill ${drill}`)
    return state
  }
  pages(drill: string): string[] {
    return this.events(drill).flatMap((event) => (event.type === 'page-received' ? [event.alert.fingerprint] : []))
  }

  [Symbol.dispose](): void {
    this.engine.stop()
    void this.load.stop()
    this.ledger[Symbol.dispose]()
    Date.now = realNow
    rmSync(this.dir, { recursive: true, force: true })
  }
}
