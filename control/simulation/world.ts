/*
 * Random histories of crashes, failing calls and commands, on a simulated clock: `simulation.fuzz.test.ts` plays them. Begin here, with the world that they
 * happen in; what can happen is in `commands.ts`, and what has to hold after each step in `invariants.ts` and `witness.ts`.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { faultById } from '../../drills/faults/registry.ts'
import { difference, fingerprint, restoreBaseline, type Fingerprint } from '../../drills/baseline.ts'
import { usualUsers, type Range } from '../../model/range.ts'
import { foldDrill, type DrillEvent, type DrillState } from '../../model/drill.ts'
import type { CurrentAlert } from '../alert-reconciliation.ts'
import { DrillEngine } from '../drill-engine.ts'
import { Injector } from '../injector.ts'
import { leaseMs } from '../lease.ts'
import { Ledger } from '../ledger.ts'
import { projectRoot } from '../paths.ts'
import { Measured, well, type Second } from '../replay/measured.ts'
import { documentsOf } from '../../model/yaml/read.ts'
import { paperRange } from '../replay/paper-range.ts'
import { SimulatedClock } from './clock.ts'
import { Mortal, type Trouble } from './mortal.ts'
import { simulated } from './simulated.ts'
import { quiet } from './quiet.ts'
import { Witness } from './witness.ts'

/** Events are read back after a crash; a file would make the test no stricter. */
const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** The reaper leaves overdue faults to the control plane for this long. */
const reaperGraceMs = 2_000

/** After this many seconds without a failure, everything must be in order again. */
export const calmAfter = 30

/** A killed reaper is restarted after this many seconds. */
const reaperBackAfter = 3

/** Scenarios as they are simulated: always the first variant, whose faults can be simulated. */
const scenarios = new Map(simulated.map((scenario) => [scenario.id, scenario]))

/**
 * The real engine, injector, ledger and the reaper's rules over a simulated range, on a simulated clock: processes are killed and restarted, calls to
 * the range fail or are delayed, the disk fills up, the clock is set.
 */
export class World implements Disposable {
  readonly clock = new SimulatedClock()
  readonly range: Range = paperRange(projectRoot, usualUsers)
  readonly alerts: CurrentAlert[] = []
  /** The second at which the alert with that fingerprint last began or ended. */
  readonly changedAt = new Map<string, number>()
  /** Planned failures of calls to the range. */
  readonly trouble: Trouble[] = []
  /** After this many more writes, the process that writes is killed. */
  writesLeft: number | null = null
  diskIsFull = false
  clockWasSet = false
  /** When a call last failed or was delayed, the disk was full, or the clock was set. */
  troubledAt = 0
  seconds = 0
  /** Where ledgers are: in a folder, or in memory. */
  readonly #where: string | { inMemory: string }
  /** A connection to the ledger that is independent of the processes. */
  readonly ledger: Ledger
  #reaper: { process: Mortal; injector: Injector; since: number } | null = null
  #reaperGoneSince = 0
  readonly #ledgers: Ledger[] = []
  #control: { process: Mortal; engine: DrillEngine; injector: Injector } | null = null
  #sampler = new Measured()
  /** Whether the control plane is suspended. */
  suspended = false
  /** Inspects the world at the end of each second. */
  eachSecond = async (): Promise<void> => {}
  readonly witness = new Witness()
  /** When an action last began or ended, by the wall clock. */
  actedAt = 0
  /** How often an instructor requested a fault. */
  orders = 0
  /** The drills whose recovery was recorded. */
  readonly recovered = new Set<string>()
  #diskFullAt = Number.NEGATIVE_INFINITY
  /** The number of calls to the range that are delayed now. */
  #late = 0
  #revivedAt = 0
  /** Since when only the reaper could act; null while the control plane is up. */
  #aloneSince: number | null = null
  readonly #drills = new Map<string, { events: readonly DrillEvent[]; state: DrillState | null }>()
  /** How often a control plane or a reaper was killed. */
  crashes = 0
  /** Unexpected errors. */
  readonly wrong: unknown[] = []
  #fresh: Fingerprint | null = null

  /** @param onDisk whether the ledger is in a file, as on a real range: in memory, everything else is the same, and takes half the time. */
  constructor({ onDisk }: { onDisk: boolean }) {
    this.#where = onDisk ? mkdtempSync(path.join(folder, 'firedrill-simulation-')) : { inMemory: randomUUID() }
    this.ledger = new Ledger(this.#where)
    this.#reaper = this.#newReaper()
  }

  static async begin(options = { onDisk: true }): Promise<World> {
    const world = new World(options)
    // The simulated range lacks what a shop creates itself, such as its queues.
    await restoreBaseline(world.range, usualUsers)
    // The simulated range returns its own objects, which change later.
    world.#fresh = structuredClone(await fingerprint(world.range))
    world.revive()
    await world.pass(20)
    return world
  }

  get engine(): DrillEngine | null {
    return this.#control?.engine ?? null
  }
  get injector(): Injector | null {
    return this.#control?.injector ?? null
  }

  /** Starts a control plane if there is none. */
  revive(): void {
    if (this.#control) return
    const process = this.#mortal(() => this.#bury(process))
    const held = process.hold(this.#openLedger())
    const range = process.reach(this.range)
    const injector = new Injector(range, held, () => this.clock.elapsedMs)
    const sampler = this.#sampler.again()
    this.#sampler = sampler
    const engine = new DrillEngine({
      range,
      ledger: held,
      injector,
      sampler,
      scenarios,
      alerts: async () => this.alerts,
    })
    this.#control = { process, engine, injector }
    this.suspended = false
    this.#revivedAt = this.seconds
    this.#aloneSince = null
    this.witness.takesOver(this)
    engine.live.on('event', (event) => this.#hear(event))
    this.does(engine.resume())
  }

  #hear(event: DrillEvent): void {
    if (event.type === 'drill-started') this.#drills.set(event.drill, { events: [], state: null })
    this.witness.told.push(event)
  }

  #newReaper() {
    const process = this.#mortal(() => {
      this.#reaper = null
      this.#reaperGoneSince = this.seconds
      this.troubledAt = this.seconds
      this.crashes++
    })
    const injector = new Injector(process.reach(this.range), process.hold(this.#openLedger()), () => this.clock.elapsedMs)
    return { process, injector, since: this.seconds }
  }
  #mortal(onDeath: () => void): Mortal {
    const isLastWrite = () => this.writesLeft !== null && --this.writesLeft === 0
    const onLate = (more: 1 | -1) => void (this.#late += more)
    return new Mortal({ onDeath, isLastWrite, onLate, trouble: () => this.trouble, diskIsFull: () => this.diskIsFull })
  }
  #openLedger(): Ledger {
    const ledger = new Ledger(this.#where)
    this.#ledgers.push(ledger)
    return ledger
  }

  kill(): void {
    this.#control?.process.kill()
  }
  #bury(process: Mortal): void {
    if (this.#control?.process !== process) return
    this.#control.engine.stop()
    this.#control = null
    this.suspended = false
    this.crashes++
  }

  get isCalm(): boolean {
    return this.seconds - this.troubledAt > calmAfter
  }
  diskWasFullWithin(seconds: number): boolean {
    return this.diskIsFull || this.seconds - this.#diskFullAt < seconds
  }
  fillDisk(full: boolean): void {
    if (this.diskIsFull) this.#diskFullAt = this.seconds
    this.diskIsFull = full
    // Pending events are written at the next tick.
    this.troubledAt = this.seconds
  }

  /** How long the control plane has been up, with time to run, in seconds. */
  get aliveFor(): number {
    return this.#control && !this.suspended ? this.seconds - this.#revivedAt : 0
  }
  /** How long only the reaper could act, in seconds. */
  get aloneFor(): number {
    return this.#aloneSince === null || (this.#control && !this.suspended) ? 0 : this.seconds - this.#aloneSince
  }
  /** All drills that have started. */
  drills(): string[] {
    return [...this.#drills.keys()]
  }
  /** A drill's events in the ledger; read only when there are more, because events never change. */
  #told(drill: string): { events: readonly DrillEvent[]; state: DrillState | null } {
    const known = this.#drills.get(drill)
    if (known && known.events.length === this.ledger.countEvents(drill, Number.MAX_SAFE_INTEGER, [])) return known
    const events = this.ledger.events(drill)
    const told = { events, state: foldDrill(events) }
    this.#drills.set(drill, told)
    return told
  }
  events(drill: string): readonly DrillEvent[] {
    return this.#told(drill).events
  }
  state(drill: string): DrillState {
    const { state } = this.#told(drill)
    if (!state) throw new Error(`there is no drill ${drill}`)
    return state
  }

  /** Runs something in the background: expected refusals are ignored. */
  does(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!isTold(error)) this.wrong.push(error)
    })
  }

  /** Advances the time by this many seconds; in each, every living process ticks once. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.seconds++
      this.clock.advance(1_000)
      if (this.diskIsFull || this.trouble.length > 0 || this.#late > 0) this.troubledAt = this.seconds
      await this.#reap()
      if (this.#control && !this.suspended) {
        const broken = await this.isBroken()
        // It may have been killed by then.
        if (this.#control) {
          this.#sampler.next = broken ? hurt : well
          void this.#sampler.tick(this.clock.now)
        }
        this.#aloneSince = null
      } else {
        this.#revivedAt = this.seconds
        // A suspended process writes nothing.
        if (this.suspended) this.#diskFullAt++
        this.#aloneSince ??= this.seconds
        if (this.aloneFor >= leaseMs / 1_000) this.witness.stands(this)
      }
      await quiet()
      await this.eachSecond()
    }
  }

  async #reap(): Promise<void> {
    // The control plane or the supervisor restarts it.
    if (this.seconds - this.#reaperGoneSince >= reaperBackAfter) this.#reaper ??= this.#newReaper()
    if (!this.#reaper) return
    const { injector, since } = this.#reaper
    // It holds a connection, which closes when the control plane is down, whatever the clock says.
    const unserved = Math.min(this.aloneFor, this.seconds - since)
    if ((!this.#control || this.suspended) && unserved >= leaseMs / 1_000) this.does(injector.revertAll())
    this.does(injector.revertOverdue(reaperGraceMs))
  }

  /** Whether any injected fault has an effect: what it changed differs from a fresh range. */
  async isBroken(): Promise<boolean> {
    for (const { fault, params } of this.ledger.openFaults()) if (await this.isInForce(fault, params)) return true
    return false
  }
  async isInForce(id: string, params: unknown): Promise<boolean> {
    const fault = faultById(id)
    const key = JSON.stringify([id, params])
    const observe = async (range: Range) => JSON.stringify(await fault.observe({ range: asMeant(range) }, params))
    let fresh = observed.get(key)
    if (fresh === undefined) observed.set(key, (fresh = await observe(paperRange(projectRoot, usualUsers))))
    return (await observe(this.range)) !== fresh
  }

  get freshHash(): string | undefined {
    return this.#fresh?.hash
  }
  /** What differs from the range's original state. */
  async difference(): Promise<string[]> {
    return this.#fresh ? difference(this.#fresh, await fingerprint(this.range)) : []
  }

  [Symbol.dispose](): void {
    this.kill()
    this.#reaper?.process.kill()
    for (const ledger of [...this.#ledgers, this.ledger]) ledger[Symbol.dispose]()
    this.clock[Symbol.dispose]()
    if (typeof this.#where === 'string') rmSync(this.#where, { recursive: true, force: true })
  }
}

const isTold = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'FiredrillError' || /out of order|disk is full/.test(error.message))

/**
 * A range that returns its mesh policy in a normal form: if two faults were reverted in another order than they were injected, the text differs but
 * not the meaning.
 */
const asMeant = (range: Range): Range => ({
  ...range,
  mesh: {
    ...range.mesh,
    policy: async () => {
      const yaml = await range.mesh.policy()
      const known = meanings.get(yaml)
      if (known !== undefined) return known
      const meaning = JSON.stringify(documentsOf(yaml).map((document) => document.toJS() as unknown))
      if (meanings.size > 1_000) meanings.clear()
      meanings.set(yaml, meaning)
      return meaning
    },
  },
})
const meanings = new Map<string, string>()

/** What faults change, on a range that nobody has touched. */
const observed = new Map<string, string>()

/** Users' requests fail while something is broken. */
const hurt = (): Second => ({ ...well(), users: { good: 8, slow: 0, failed: 12 } })
