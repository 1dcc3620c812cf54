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

/** What is written is read back by who comes after a crash; a disk of its own makes it no truer. */
const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** The reaper leaves what is overdue to the control plane for so long. */
const reaperGraceMs = 2_000

/** For so many seconds nothing has gone wrong: what ought to be so is so again. */
export const calmAfter = 30

/** A reaper that was killed is there again after so many seconds. */
const reaperBackAfter = 3

/** As they are simulated: always the first variant, whose faults paper takes. */
const scenarios = new Map(simulated.map((scenario) => [scenario.id, scenario]))

/**
 * The real engine, injector, ledger and reaper's rules over a range on paper, on a simulated clock: processes are killed and started again, calls to the
 * range fail or are late, the disk fills up, the clock is set.
 */
export class World implements Disposable {
  readonly clock = new SimulatedClock()
  readonly range: Range = paperRange(projectRoot, usualUsers)
  readonly alerts: CurrentAlert[] = []
  /** At which second an alert of that fingerprint last began or ended. */
  readonly changedAt = new Map<string, number>()
  /** All that is in store for calls to the range. */
  readonly trouble: Trouble[] = []
  /** After so many more writes, whoever writes is killed. */
  writesLeft: number | null = null
  diskIsFull = false
  clockWasSet = false
  /** When a call last failed or was late, the disk was full, or the clock was set. */
  troubledAt = 0
  seconds = 0
  /** Where ledgers are: in a folder, or in memory. */
  readonly #where: string | { inMemory: string }
  /** What everybody reads, whoever lives. */
  readonly ledger: Ledger
  #reaper: { process: Mortal; injector: Injector; since: number } | null = null
  #reaperGoneSince = 0
  readonly #ledgers: Ledger[] = []
  #control: { process: Mortal; engine: DrillEngine; injector: Injector } | null = null
  #sampler = new Measured()
  /** Whether the control plane gets no time to run, as when its process is stopped. */
  suspended = false
  /** Looks at the world at the end of each second. */
  eachSecond = async (): Promise<void> => {}
  readonly witness = new Witness()
  /** When an action last began or ended, by the clock on the wall. */
  actedAt = 0
  /** How often an instructor asked for a fault. */
  orders = 0
  /** The drills of which it was told that they have recovered. */
  readonly recovered = new Set<string>()
  #diskFullAt = Number.NEGATIVE_INFINITY
  /** So many calls to the range are late now. */
  #late = 0
  #revivedAt = 0
  /** Since when there has been nobody to act but the reaper; null while the control plane is there. */
  #aloneSince: number | null = null
  readonly #drills = new Map<string, { events: readonly DrillEvent[]; state: DrillState | null }>()
  /** How often a control plane or a reaper was killed. */
  crashes = 0
  /** What did not end as it may. */
  readonly wrong: unknown[] = []
  #fresh: Fingerprint | null = null

  /** @param onDisk whether what is written is in a file, as on a real range: all else is the same, and takes half the time. */
  constructor({ onDisk }: { onDisk: boolean }) {
    this.#where = onDisk ? mkdtempSync(path.join(folder, 'firedrill-simulation-')) : { inMemory: randomUUID() }
    this.ledger = new Ledger(this.#where)
    this.#reaper = this.#newReaper()
  }

  static async begin(options = { onDisk: true }): Promise<World> {
    const world = new World(options)
    // Paper begins without what a shop makes for itself, such as its queues.
    await restoreBaseline(world.range, usualUsers)
    // Paper tells what it keeps, which changes later.
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

  /** Another control plane, where there is none. */
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
    // What could not be written down meanwhile is, at the next look.
    this.troubledAt = this.seconds
  }

  /** For so many seconds the control plane has been there and had time to run. */
  get aliveFor(): number {
    return this.#control && !this.suspended ? this.seconds - this.#revivedAt : 0
  }
  /** For so many seconds there has been nobody to act but the reaper. */
  get aloneFor(): number {
    return this.#aloneSince === null || (this.#control && !this.suspended) ? 0 : this.seconds - this.#aloneSince
  }
  /** All that have been begun. */
  drills(): string[] {
    return [...this.#drills.keys()]
  }
  /** What the ledger has of a drill; read only when there is more of it, as events are never changed. */
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

  /** Something that goes on by itself: what it may end with is what people are told. */
  does(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!isTold(error)) this.wrong.push(error)
    })
  }

  /** So many seconds go by; in each, whoever lives looks once. */
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
        // Who stands still writes nothing down.
        if (this.suspended) this.#diskFullAt++
        this.#aloneSince ??= this.seconds
        if (this.aloneFor >= leaseMs / 1_000) this.witness.stands(this)
      }
      await quiet()
      await this.eachSecond()
    }
  }

  async #reap(): Promise<void> {
    // The control plane or the supervisor starts it again.
    if (this.seconds - this.#reaperGoneSince >= reaperBackAfter) this.#reaper ??= this.#newReaper()
    if (!this.#reaper) return
    const { injector, since } = this.#reaper
    // It holds a connection: one that nobody serves says so however the clock is set.
    const unserved = Math.min(this.aloneFor, this.seconds - since)
    if ((!this.#control || this.suspended) && unserved >= leaseMs / 1_000) this.does(injector.revertAll())
    this.does(injector.revertOverdue(reaperGraceMs))
  }

  /** Whether anything that was put in is in force: what it changed is not as on a fresh range. */
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
  /** What of the range is not as it was before anything. */
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

/** A range whose mesh policy is told by what it means: where two faults were taken out of it in another order than they went in, it is written otherwise. */
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

/** How what faults change looks on a range that nobody has touched. */
const observed = new Map<string, string>()

/** Users wait in vain while something is broken. */
const hurt = (): Second => ({ ...well(), users: { good: 8, slow: 0, failed: 12 } })
