import { randomInt, randomUUID } from 'node:crypto'
import { fingerprint } from '../drills/baseline.ts'
import { isPlayable } from '../drills/scenarios.ts'
import { drawnScenario, variantFor } from '../drills/variants.ts'
import type { Sample } from '../model/check.ts'
import { drillClock, type DrillState } from '../model/drill.ts'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'
import type { Scenario } from '../model/scenario.ts'
import type { CurrentAlert } from './alert-reconciliation.ts'
import { mustBeBlind } from './blind.ts'
import { Characters } from './drill/characters.ts'
import { DrillClock } from './drill/clock.ts'
import { Coaching } from './drill/coaching.ts'
import { CurrentDrill } from './drill/current.ts'
import { Ending } from './drill/ending.ts'
import { DrillFaults } from './drill/faults.ts'
import { Harm } from './drill/harm.ts'
import { isDone } from './drill/in-shift.ts'
import { RangeHealth } from './drill/health.ts'
import { Messages } from './drill/messages.ts'
import { Milestones } from './drill/milestones.ts'
import { Pages } from './drill/pages.ts'
import { IncidentResponse } from './drill/response.ts'
import type { StartOptions } from './drill/start-options.ts'
import { Resumption } from './drill/resumption.ts'
import { Tickets } from './drill/tickets.ts'
import { troublesOf } from './drill/troubles.ts'
import { UsualTraffic } from './drill/usual-traffic.ts'
import { forAtMost } from './for-at-most.ts'
import type { Injector } from './injector.ts'
import type { Kept } from './kept-requests.ts'
import { leaseMs } from './lease.ts'
import type { Ledger } from './ledger.ts'
import type { LoadDriver } from './load-driver.ts'
import { patientMs, Restoration } from './restoration.ts'
import type { Sampler } from './sampler.ts'

interface Dependencies {
  range: Range
  ledger: Ledger
  injector: Injector
  sampler: Sampler
  scenarios: ReadonlyMap<string, Scenario>
  /** All alerts that Alertmanager has; null when it does not answer. */
  alerts?: () => Promise<readonly CurrentAlert[] | null>
  /** Failed requests of users; without them, no customer writes tickets. */
  kept?: Kept
  /** Controls the load: a load shape ends with its drill. */
  load?: Pick<LoadDriver, 'stop'>
}

/**
 * Runs drills: one at a time on a range. This class starts a drill, ticks once a second and ends it; the parts do the rest. Everything it knows about
 * a drill is in its events, so it can be killed at any moment.
 */
export class DrillEngine {
  readonly #deps: Dependencies
  readonly #drill: CurrentDrill
  readonly #harm: Harm
  readonly #milestones: Milestones
  readonly #restoration: Restoration
  readonly #ending: Ending
  readonly #resumption: Resumption
  readonly health: RangeHealth
  readonly faults: DrillFaults
  readonly clock: DrillClock
  readonly pages: Pages
  readonly response: IncidentResponse
  readonly coaching: Coaching
  readonly characters: Characters
  readonly tickets: Tickets
  readonly messages: Messages
  #ticking = false
  #tickedAt = Date.now()
  /** The time of the last tick. */
  #lastEvent = 0
  #starting = false

  constructor(deps: Dependencies) {
    const { range, ledger, injector, sampler, scenarios, alerts, kept } = deps
    const drill = new CurrentDrill(ledger, scenarios)
    const restoration = new Restoration({ ...deps, onDiffering: (id, event) => drill.note(id, event) })
    const traffic = new UsualTraffic(ledger, sampler)
    const faults = new DrillFaults({ drill, range, ledger, injector, traffic })
    const harm = new Harm(drill, sampler)
    const milestones = new Milestones(drill)
    const response = new IncidentResponse({ drill, range, milestones, mayChange: () => this.mustTakeChanges() })
    const ending = new Ending({ drill, faults, harm, ledger, response, restoration })
    const clock = new DrillClock({ drill, harm })

    this.#deps = deps
    this.#drill = drill
    this.#restoration = restoration
    this.#harm = harm
    this.#milestones = milestones
    this.#ending = ending
    this.#resumption = new Resumption({ drill, ledger, injector, faults, ending, restoration })
    this.faults = faults
    this.clock = clock
    this.health = new RangeHealth({ drill, sampler, traffic, restoration, alerts })
    this.pages = new Pages({ drill, faults, milestones, alerts })
    this.response = response
    this.coaching = new Coaching({ drill, faults, clock })
    this.characters = new Characters(drill)
    this.tickets = new Tickets(drill, kept, range.database)
    this.messages = new Messages(drill)

    sampler.onSample((sample) =>
      this.#tick(sample).catch((error: unknown) => void process.stderr.write(`looking at the range: ${describeError(error)}\n`)),
    )
  }

  get live(): CurrentDrill['live'] {
    return this.#drill.live
  }

  /** The drill that has started and not ended; it may be paused. */
  running(): DrillState | null {
    return this.#drill.running()
  }

  /** Throws `wrong-state` when another drill runs, or none. */
  mustRun(id: string): void {
    if (this.running()?.id !== id) throw new FiredrillError('wrong-state', `drill ${id} is not running any more`)
  }

  /** What prevents drills, in sentences for everybody; empty most of the time. */
  get troubles(): string[] {
    return troublesOf(this.#restoration, this.#drill)
  }

  /** Throws `range-not-steady` while a drill is about to start, or the range is restored: a change would become part of the baseline. */
  mustTakeChanges(): void {
    if (this.#starting) throw new FiredrillError('range-not-steady', 'a drill is about to begin: wait until it has begun')
    if (this.#ending.isUnderWay || this.#restoration.isUnderWay)
      throw new FiredrillError('range-not-steady', 'the range is being restored: wait until that is done')
  }

  /** Reverts every fault, and resets everything that a drill may change. Throws `range-not-restored` when something is left behind. */
  async restore(): Promise<void> {
    if (this.running() || this.#starting) throw new FiredrillError('conflict', 'a drill is running: finish or abort it first')
    await this.#ending.settled()
    await this.#restoration.run()
    this.#restoration.mustHold()
  }

  /** Throws `range-not-restored` while something is left behind, or the restore takes long. */
  mustBeRestored(): void {
    this.#restoration.mustHold()
  }

  /** Resumes the drill that ran when the control plane stopped, or restores the range if it was down too long. */
  async resume(): Promise<void> {
    await this.#resumption.run()
  }

  /** Throws `unsupported` if the range lacks something that the scenario breaks. */
  mustBePlayable(scenario: Scenario): void {
    if (!isPlayable(scenario, this.#deps.range))
      throw new FiredrillError('unsupported', `'${scenario.title}' cannot be played where the shop runs now`)
  }

  async start(scenarioId: string, options: StartOptions): Promise<DrillState> {
    const planned = this.#drill.scenario(scenarioId)
    const seed = options.seed ?? randomInt(2 ** 31)
    const variant = variantFor(planned, seed, options.variant)
    const scenario = drawnScenario(planned, { seed, variant })
    this.#drill.mustBeWritten()
    this.mustBeRestored()
    if (this.#ending.isUnderWay)
      throw new FiredrillError('range-not-steady', 'the range is being restored after the last drill: wait until that is done')
    if (this.running() || this.#starting)
      throw new FiredrillError('conflict', 'a drill is already running on this range: finish or abort it first')
    this.mustBePlayable(scenario)
    this.#starting = true
    try {
      if (this.#deps.injector.open().length > 0 || this.#deps.injector.isInjecting)
        throw new FiredrillError('conflict', 'an instructor’s fault is injected: revert it before starting a drill')
      this.response.mustBeOver()
      // Otherwise, changes made since the last drill would become part of the baseline.
      await this.#restoration.mustSucceed()
      await this.health.mustBeSteady()
      const before = await fingerprint(this.#deps.range)
      this.#restoration.remember(before)
      this.#milestones.forget()
      this.#restoration.announceNoMore()
      this.#drill.begin(randomUUID(), {
        type: 'drill-started',
        scenario: scenario.id,
        ...(scenario.incidents ? { shift: true } : {}),
        mode: options.mode,
        trainee: options.trainee,
        limitMs: scenario.limit,
        seed,
        variant,
        number: this.#deps.ledger.countDrills() + 1,
        blind: mustBeBlind(options),
        ...(options.gameDay === undefined ? {} : { gameDay: options.gameDay, communications: options.communications ?? false }),
        usersBefore: this.#deps.sampler.samples().at(-1)?.users ?? null,
        fingerprint: before.hash,
      })
      return this.#drill.mustAllow('view')
    } finally {
      this.#starting = false
    }
  }

  async #tick(sample: Sample): Promise<void> {
    const now = Date.now()
    const stoodMs = now - this.#tickedAt
    this.#tickedAt = now
    this.#drill.noteAlive(now)
    this.#ending.noteLeft()
    const verdict = { ...this.health.verdict, at: sample.at }
    // The sample began before the previous one was complete: it may lack what happened since.
    const after = this.#lastEvent
    this.#lastEvent = this.#drill.events.at(-1)?.id ?? 0
    this.live.emit('verdict', verdict)
    await this.#lookAtFaults(stoodMs)
    this.#deps.injector.advanceRamps().catch((error: unknown) => process.stderr.write(`a ramp: ${describeError(error)}\n`))
    // What is measured while a fault is replaced by a lighter one proves nothing.
    if (this.faults.isChanging()) this.#milestones.forget()
    else this.#milestones.keep({ ...verdict, after })
    const state = this.running()
    if (!state || this.#ticking || this.#resumption.isDue) return
    if (state.phase === 'paused') return this.clock.continueIfForgotten(state)
    this.#ticking = true
    this.faults.goOnEasing().catch((error: unknown) => process.stderr.write(`easing the scenario: ${describeError(error)}\n`))
    try {
      await this.#injectDue(state)
      // The drill may be over by now, which each part checks itself.
      this.health.note(verdict)
      this.#harm.report(sample)
      // Not awaited: an Alertmanager that hangs delays nothing.
      this.pages.compare().catch((error: unknown) => process.stderr.write(`alerts: ${describeError(error)}\n`))
      this.#milestones.reach()
      this.pages.escalate()
      this.coaching.act()
      this.characters.act()
      this.tickets.act()
      await this.#endWhenOver()
    } catch (error) {
      process.stderr.write(`drill ${state.id}: ${describeError(error)}\n`)
    } finally {
      this.#ticking = false
    }
  }

  /**
   * Reverts faults that are past their deadline, and voids the drill when somebody else reverted one of its faults, or nobody could act for too long.
   */
  async #lookAtFaults(stoodMs: number): Promise<void> {
    this.faults.revertOverdue()
    if (!this.running() || this.#resumption.isDue) return
    if (stoodMs >= leaseMs) return this.#ending.voidAsStood('the range or its clock stood', stoodMs)
    const { over, lost } = this.faults.takenOut()
    for (const { instance, fault } of over) this.#drill.append({ type: 'fault-reverted', instance, fault })
    if (lost.length > 0) await this.#ending.voidAsTaken()
  }

  async #injectDue(state: DrillState): Promise<void> {
    for (const { standing, ...due } of this.faults.due(state)) {
      try {
        if (standing) this.#drill.append({ type: 'fault-injected', instance: standing.instance, fault: due.fault, step: due.step })
        else await this.faults.inject(state.id, due)
        if (this.running()?.id !== state.id) return
      } catch (error) {
        await this.#ending.end({ type: 'drill-aborted', reason: 'a fault could not be injected; the range was restored' })
        throw error
      }
    }
  }

  async #endWhenOver(): Promise<void> {
    const state = this.running()
    if (!state) return
    if (drillClock(state, Date.now()) > state.limitMs) await this.#ending.end({ type: 'drill-finished', outcome: 'time-up' })
    else if (isDone(this.#drill, state)) await this.#ending.end({ type: 'drill-finished', outcome: 'resolved' })
  }

  async finish(): Promise<void> {
    const state = this.#drill.mustAllow('finish')
    await this.#ending.endAndAnswer({ type: 'drill-finished', outcome: state.milestones.recovered === null ? 'given-up' : 'resolved' })
  }

  async abort(reason: string): Promise<void> {
    this.#drill.mustAllow('abort')
    await this.#ending.endAndAnswer({ type: 'drill-aborted', reason })
  }

  /** Resolves when no drill is being ended, and the range is restored, known not to be, or was waited for long enough. */
  settled(): Promise<void> {
    const settled = this.#ending.settled().then(() => this.#restoration.settled())
    return forAtMost(patientMs, settled)
  }

  stop(): void {
    this.#restoration.stop()
  }
}
