import { faultById } from '../../drills/faults/registry.ts'
import { usersOn } from '../../drills/users.ts'
import { drillClock, type DrillState } from '../../model/drill.ts'
import { describeError } from '../../model/errors.ts'
import type { FaultRecord } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Injector } from '../injector.ts'
import type { Ledger } from '../ledger.ts'
import { revertedIn, takenOut } from '../taken-out.ts'
import type { CurrentDrill } from './current.ts'
import type { UsualTraffic } from './usual-traffic.ts'

/** A fault's deadline is a little after the end of its drill, which normally reverts it. */
const faultGraceMs = 60_000
/** Time until the next attempt after a failure. */
const easesAgainAfterMs = 15_000

interface Dependencies {
  drill: CurrentDrill
  range: Range
  ledger: Ledger
  injector: Injector
  traffic: UsualTraffic
}

/** A fault of the timeline, to be injected for this long. */
interface DueFault {
  /** Its index in the timeline. */
  step: number
  fault: string
  params: unknown
  forMs: number
  /** Its deadline, in milliseconds since the epoch. */
  by: number
}

/** Faults of the running drill: injects those of the timeline when they are due, and follows what becomes of them. */
export class DrillFaults {
  readonly #deps: Dependencies
  #goingIn: Promise<unknown> | null = null
  #easing: Promise<void> | null = null
  #easesFrom = 0
  #revertingOverdue = false

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Whether an injection is under way: pages that arrive from then on belong to the drill. */
  get isGoingIn(): boolean {
    return this.#goingIn !== null
  }

  /** The faults that are due or already injected. Each is looked up only when the caller has finished with the previous one. */
  *due(state: DrillState): Iterable<DueFault & { standing: FaultRecord | undefined }> {
    for (const [step, { at, fault, params, for: limitMs }] of this.#steps(state).entries()) {
      if (!this.#deps.drill.isPending(state, step)) continue
      const clock = drillClock(state, Date.now())
      const standing = this.standing(state.id, { step, fault, params })
      // If the clock was set back after a fault was injected, its time is still to come.
      if (clock < at && !standing) continue
      const untilEnd = Math.max(1_000, state.limitMs - clock) + faultGraceMs
      const by = Date.now() + untilEnd
      // A fault that is injected again keeps its deadline.
      const wholeMs = limitMs !== undefined && this.#wasIn(step) ? Math.max(1_000, at + limitMs - clock) : limitMs
      yield { step, fault, params, forMs: wholeMs ?? untilEnd, by, standing }
    }
  }

  /** The timeline of a drill, with its steps as easy as they have been made. */
  #steps(state: DrillState): Scenario['timeline'] {
    const { ease, timeline } = this.#deps.drill.played(state)
    if (!ease || state.easedAt === null) return timeline
    return timeline.map((planned, index) => ({
      ...planned,
      params: { ...planned.params, ...ease.steps.find(({ step }) => step === index)?.params },
    }))
  }

  #wasIn(step: number): boolean {
    return this.#deps.drill.events.some((event) => event.type === 'fault-injected' && event.step === step)
  }

  /**
   * Finds a fault of a drill with exactly these params, or with those from before the drill was made easier: it was injected, but not recorded before
   * the control plane stopped.
   */
  standing(drill: string, { step, fault, params }: Pick<DueFault, 'step' | 'fault' | 'params'>): FaultRecord | undefined {
    const state = this.#deps.drill.running()
    const planned = state && state.easedAt !== null ? this.#deps.drill.played(state).timeline[step] : undefined
    const isWanted = (taken: unknown) => [{ params }, ...(planned ? [planned] : [])].some(({ params }) => isTaken(taken, { fault, params }))
    const isTold = (instance: string) =>
      this.#deps.drill.events.some((event) => event.type === 'fault-injected' && event.instance === instance)
    return this.#deps.ledger
      .openFaults()
      .find((record) => record.drill === drill && record.fault === fault && !isTold(record.instance) && isWanted(record.params))
  }

  /** Injects a fault; if the drill has ended meanwhile, the fault is not injected, or is reverted again. */
  async inject(id: string, { step, fault, params, forMs, by }: DueFault): Promise<void> {
    const { drill, injector, traffic } = this.#deps
    if (drill.running()?.lastInjectedAt === null) traffic.note(id)
    const isWanted = () => {
      const state = drill.running()
      return state?.id === id && drill.isPending(state, step)
    }
    const injected = injector.inject(fault, params, { forMs, by, drill: id, isWanted })
    this.#goingIn = injected
    try {
      const { instance } = await injected
      if (isWanted()) drill.append({ type: 'fault-injected', instance, fault, step })
      else await injector.revert(instance)
    } catch (error) {
      // The end of the drill is not a failure of its range; what was injected is reverted by the restore.
      if (isWanted()) throw error
    } finally {
      if (this.#goingIn === injected) this.#goingIn = null
    }
  }

  /**
   * Makes the scenario easier, within its author's limits, once in a drill: the number of users is reduced, and lighter faults replace the injected
   * ones.
   */
  ease(): Promise<void> {
    this.#easing ??= this.#ease()
      .catch((error: unknown) => {
        this.#easesFrom = Date.now() + easesAgainAfterMs
        throw error
      })
      .finally(() => (this.#easing = null))
    return this.#easing
  }

  /** Whether easing is under way, or has just failed: until then it is not to be decided again. */
  get isEasing(): boolean {
    return this.#easing !== null || Date.now() < this.#easesFrom
  }

  /** Whether a fault was reverted for a lighter one, which is not injected yet. */
  isChanging(): boolean {
    const state = this.#deps.drill.running()
    if (!state || state.easedAt === null) return false
    return this.#heavy(state).length > 0 || this.#steps(state).some((_, step) => this.#wasIn(step) && !state.injectedSteps.includes(step))
  }

  /** Completes easing that was interrupted, such as by a crash. */
  async goOnEasing(): Promise<void> {
    const state = this.#deps.drill.running()
    if (this.#easing || !state || this.#heavy(state).length === 0) return
    this.#easing = this.#takeOutHeavy(state).finally(() => (this.#easing = null))
    await this.#easing
  }

  async #ease(): Promise<void> {
    const { drill, range } = this.#deps
    const state = drill.mustAllow('extend')
    const { ease } = drill.played(state)
    if (!ease || state.easedAt !== null) return
    if (ease.users !== undefined) await range.load.setUsers(usersOn(range, ease.users))
    if (drill.running()?.id !== state.id) return
    drill.append({ type: 'scenario-eased', what: ease.what })
    await this.#takeOutHeavy(drill.mustAllow('extend'))
  }

  /** The faults that were injected before the scenario was made easier, and are to be injected again. */
  #heavy(state: DrillState): { step: number; record: FaultRecord }[] {
    const { drill, ledger } = this.#deps
    // This runs each second, mostly for a drill that was not made easier.
    const ease = state.easedAt === null ? undefined : drill.played(state).ease
    if (!ease) return []
    const steps = this.#steps(state)
    const out = revertedIn(drill.events)
    return ease.steps.flatMap(({ step }) => {
      const put = drill.events.findLast((event) => event.type === 'fault-injected' && event.step === step)
      const record = put?.type === 'fault-injected' && !out.has(put.instance) ? ledger.fault(put.instance) : null
      const planned = steps[step]
      const isOver = !record || record.deadlineAt <= Date.now()
      return !isOver && planned && !isTaken(record.params, planned) ? [{ step, record }] : []
    })
  }

  /** Reverts them; the lighter ones are then injected like any other step that is due. */
  async #takeOutHeavy(state: DrillState): Promise<void> {
    const { drill, injector } = this.#deps
    for (const { step, record } of this.#heavy(state)) {
      await injector.revert(record.instance)
      if (drill.running()?.id !== state.id) return
      drill.append({ type: 'fault-reverted', instance: record.instance, fault: record.fault, again: step })
    }
  }

  /** Reverts overdue faults, one at a time. Not awaited: a range that hangs delays neither pages nor the end of the drill. */
  revertOverdue(): void {
    if (this.#revertingOverdue) return
    this.#revertingOverdue = true
    this.#deps.injector
      .revertOverdue()
      .catch((error: unknown) => void process.stderr.write(`faults past their limit: ${describeError(error)}\n`))
      .finally(() => (this.#revertingOverdue = false))
  }

  /** The faults that are over as planned, and those that somebody else reverted, as far as the drill's events do not record it. */
  takenOut(): ReturnType<typeof takenOut> {
    const { drill, ledger } = this.#deps
    const state = drill.running()
    // Those that were reverted for lighter ones were reverted by this engine or the previous one.
    const own = new Set(state ? this.#heavy(state).map(({ record }) => record.instance) : [])
    return takenOut(drill.events, (instance) => ledger.fault(instance), own, Date.now())
  }

  /** Resolves when no injection is under way any more, successful or not. */
  settled(): Promise<unknown> {
    return Promise.allSettled([this.#goingIn, this.#easing])
  }
}

/** Whether these are the parameters of a fault, as stored when it was injected. */
const isTaken = (kept: unknown, { fault, params }: { fault: string; params: unknown }): boolean =>
  JSON.stringify(kept) === JSON.stringify(faultById(fault).params.parse(params))
