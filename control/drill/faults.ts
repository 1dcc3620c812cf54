import { usersOn } from '../../drills/users.ts'
import { drillClock, type DrillState } from '../../model/drill.ts'
import type { FaultRecord } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import type { Injector } from '../injector.ts'
import type { Ledger } from '../ledger.ts'
import { takenOut } from '../taken-out.ts'
import type { CurrentDrill } from './current.ts'
import type { UsualTraffic } from './usual-traffic.ts'

/** A fault lives a little longer than its drill, so that the drill's own end is what takes it out. */
const faultGraceMs = 60_000

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
}

/** What is broken in the drill that runs: its timeline's faults go in when they are due, and what becomes of them is looked after. */
export class DrillFaults {
  readonly #deps: Dependencies
  /** Faults that this engine takes out, or has: whatever else becomes of a drill's faults is somebody else's doing. */
  readonly #own = new Set<string>()
  #goingIn: Promise<unknown> | null = null
  #easing: Promise<void> | null = null

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Whether a fault is on its way in: what pages from then on is the drill's. */
  get isGoingIn(): boolean {
    return this.#goingIn !== null
  }

  /** For another drill. */
  forget(): void {
    this.#own.clear()
  }

  /** The faults whose time has come, each looked for only when the one before has been dealt with. */
  *due(state: DrillState): Iterable<DueFault> {
    for (const [step, { at, fault, params, for: limitMs }] of this.#deps.drill.played(state).timeline.entries()) {
      if (state.injectedSteps.includes(step) || drillClock(state, Date.now()) < at) continue
      const forMs = limitMs ?? Math.max(1_000, state.limitMs - drillClock(state, Date.now())) + faultGraceMs
      yield { step, fault, params, forMs }
    }
  }

  /** Of a drill, a fault that is in with exactly these params: injected, but not written down before the control plane went away. */
  standing(drill: string, { fault, params }: DueFault): FaultRecord | undefined {
    return this.#deps.ledger
      .openFaults()
      .find((record) => record.drill === drill && record.fault === fault && JSON.stringify(record.params) === JSON.stringify(params))
  }

  /** Puts a fault in; takes it out again when the drill has ended meanwhile. */
  async inject(id: string, { step, fault, params, forMs }: DueFault): Promise<void> {
    const { drill, injector, traffic } = this.#deps
    if (drill.running()?.injectedSteps.length === 0) traffic.note(id)
    const injected = injector.inject(fault, params, { forMs, drill: id })
    this.#goingIn = injected
    try {
      const { instance } = await injected
      if (drill.running()?.id === id) drill.append({ type: 'fault-injected', instance, fault, step })
      else await injector.revert(instance)
    } finally {
      if (this.#goingIn === injected) this.#goingIn = null
    }
  }

  /** Makes the scenario easier, within what its author allows, once in a drill. */
  ease(): Promise<void> {
    this.#easing ??= this.#ease().finally(() => (this.#easing = null))
    return this.#easing
  }

  async #ease(): Promise<void> {
    const { drill, range, ledger, injector } = this.#deps
    const state = drill.mustAllow('extend')
    const { ease, timeline } = drill.played(state)
    if (!ease || state.easedAt !== null) return
    drill.append({ type: 'scenario-eased', what: ease.what })
    if (ease.users !== undefined) await range.load.setUsers(usersOn(range, ease.users))
    for (const { step, params } of ease.steps) {
      const planned = timeline[step]
      const standing = ledger.openFaults().find((record) => record.drill === state.id && record.fault === planned?.fault)
      if (!planned || !standing) continue
      this.#own.add(standing.instance)
      await injector.revert(standing.instance)
      if (drill.running()?.id !== state.id) return
      drill.append({ type: 'fault-reverted', instance: standing.instance, fault: standing.fault })
      const forMs = Math.max(1_000, standing.deadlineAt - Date.now())
      await this.inject(state.id, { step, fault: planned.fault, params: { ...planned.params, ...params }, forMs })
    }
  }

  /** Those that are over as planned, and those that somebody else took from the drill, as far as its events do not know. */
  takenOut(): ReturnType<typeof takenOut> {
    return takenOut(this.#deps.drill.events, (instance) => this.#deps.ledger.fault(instance), this.#own, Date.now())
  }

  /** Resolves when nothing is on its way in any more, whether it got there or not. */
  settled(): Promise<unknown> {
    return Promise.allSettled([this.#goingIn, this.#easing])
  }
}
