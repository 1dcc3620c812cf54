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

/** A fault lives a little longer than its drill, so that the drill's own end is what takes it out. */
const faultGraceMs = 60_000
/** After a failure. */
const easesAgainAfterMs = 15_000

interface Dependencies {
  drill: CurrentDrill
  range: Range
  ledger: Ledger
  injector: Injector
  traffic: UsualTraffic
}

/** A fault of the timeline, to be put in for so long. */
interface DueFault {
  /** Its place in the timeline. */
  step: number
  fault: string
  params: unknown
  forMs: number
  /** In milliseconds since the epoch: it is out then, whatever else. */
  by: number
}

/** What is broken in the drill that runs: its timeline's faults go in when they are due, and what becomes of them is looked after. */
export class DrillFaults {
  readonly #deps: Dependencies
  #goingIn: Promise<unknown> | null = null
  #easing: Promise<void> | null = null
  #easesFrom = 0
  #revertingOverdue = false

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Whether a fault is on its way in: what pages from then on is the drill's. */
  get isGoingIn(): boolean {
    return this.#goingIn !== null
  }

  /** The faults whose time has come, or which are in already, each looked for only when the previous one has been dealt with. */
  *due(state: DrillState): Iterable<DueFault & { standing: FaultRecord | undefined }> {
    for (const [step, { at, fault, params, for: limitMs }] of this.#steps(state).entries()) {
      if (!this.#deps.drill.isPending(state, step)) continue
      const clock = drillClock(state, Date.now())
      const standing = this.standing(state.id, { step, fault, params })
      // Where the clock was set back since one went in, its time is yet to come.
      if (clock < at && !standing) continue
      const untilEnd = Math.max(1_000, state.limitMs - clock) + faultGraceMs
      const by = Date.now() + untilEnd
      // One that goes in again lasts until the first would have.
      const wholeMs = limitMs !== undefined && this.#wasIn(step) ? Math.max(1_000, at + limitMs - clock) : limitMs
      yield { step, fault, params, forMs: wholeMs ?? untilEnd, by, standing }
    }
  }

  /** The timeline of a drill; its steps are as easy as they have been made. */
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
   * Of a drill, a fault that is in with exactly these params, or with those from before the drill was made easier: injected, but not written down before the control plane
   * went away.
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

  /** Puts a fault in; when the drill has ended meanwhile it stays out, or is taken out again. */
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
      // That a drill is over is no failure of its range, and what of the fault is in comes out with the restore.
      if (isWanted()) throw error
    } finally {
      if (this.#goingIn === injected) this.#goingIn = null
    }
  }

  /** Makes the scenario easier, within what its author allows, once in a drill: fewer users come, and faults go in again that are lighter. */
  ease(): Promise<void> {
    this.#easing ??= this.#ease()
      .catch((error: unknown) => {
        this.#easesFrom = Date.now() + easesAgainAfterMs
        throw error
      })
      .finally(() => (this.#easing = null))
    return this.#easing
  }

  /** Whether it is being made easier, or that has just failed: until then it is not to be asked for again. */
  get isEasing(): boolean {
    return this.#easing !== null || Date.now() < this.#easesFrom
  }

  /** Whether a fault makes way for a lighter one, which is not in yet. */
  isChanging(): boolean {
    const state = this.#deps.drill.running()
    if (!state || state.easedAt === null) return false
    return this.#heavy(state).length > 0 || this.#steps(state).some((_, step) => this.#wasIn(step) && !state.injectedSteps.includes(step))
  }

  /** Goes on with what making the scenario easier has left undone, as after a crash. */
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

  /** The faults that were put in before the scenario was made easier, and are to go in again. */
  #heavy(state: DrillState): { step: number; record: FaultRecord }[] {
    const { drill, ledger } = this.#deps
    // Asked each second, mostly of a drill that is as hard as it was.
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

  /** Takes them out; lighter ones go in like anything else that is due. */
  async #takeOutHeavy(state: DrillState): Promise<void> {
    const { drill, injector } = this.#deps
    for (const { step, record } of this.#heavy(state)) {
      await injector.revert(record.instance)
      if (drill.running()?.id !== state.id) return
      drill.append({ type: 'fault-reverted', instance: record.instance, fault: record.fault, again: step })
    }
  }

  /** Takes out what is past its limit, one at a time, and is not waited for: a range that hangs holds up neither pages nor the end of the drill. */
  revertOverdue(): void {
    if (this.#revertingOverdue) return
    this.#revertingOverdue = true
    this.#deps.injector
      .revertOverdue()
      .catch((error: unknown) => void process.stderr.write(`faults past their limit: ${describeError(error)}\n`))
      .finally(() => (this.#revertingOverdue = false))
  }

  /** Those that are over as planned, and those that somebody else took from the drill, as far as its events do not know. */
  takenOut(): ReturnType<typeof takenOut> {
    const { drill, ledger } = this.#deps
    const state = drill.running()
    // Those that make way for lighter ones are this engine's doing, or of the previous one.
    const own = new Set(state ? this.#heavy(state).map(({ record }) => record.instance) : [])
    return takenOut(drill.events, (instance) => ledger.fault(instance), own, Date.now())
  }

  /** Resolves when nothing is on its way in any more, whether it got there or not. */
  settled(): Promise<unknown> {
    return Promise.allSettled([this.#goingIn, this.#easing])
  }
}

/** Whether these are the parameters of a fault, as they are kept when it is in. */
const isTaken = (kept: unknown, { fault, params }: { fault: string; params: unknown }): boolean =>
  JSON.stringify(kept) === JSON.stringify(faultById(fault).params.parse(params))
