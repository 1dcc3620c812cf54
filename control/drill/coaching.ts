import { decide, nextHint, type Decision } from '../../coach/policy.ts'
import type { Actor, CoachMode, DrillEvent, DrillEventBody } from '../../model/drill.ts'
import { describeError } from '../../model/errors.ts'
import { isPersonSpeaking } from '../../people/policy.ts'
import type { DrillClock } from './clock.ts'
import type { CurrentDrill, Situation } from './current.ts'
import type { DrillFaults } from './faults.ts'

interface Dependencies {
  drill: CurrentDrill
  faults: DrillFaults
  clock: DrillClock
}

/** Does in a drill what the coach's policy decides. In which words the coach then speaks is not decided here (`control/coach.ts`). */
export class Coaching {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Lets the policy look at the drill, and does what it decides. */
  act(): void {
    const { drill } = this.#deps
    const state = drill.running()
    // Two voices at once are heard by nobody.
    if (state && !isPersonSpeaking(drill.events, Date.now())) this.#carryOut(decide(drill.situation(state)))
  }

  /** What the policy would do now, unasked and for who asks; null when no drill is open. */
  decisions(): (Omit<Situation, 'now'> & { unasked: Decision; asked: Decision }) | null {
    const { drill } = this.#deps
    const state = drill.running()
    if (!state) return null
    const situation = drill.situation(state)
    const { events, scenario } = situation
    return { state, events, scenario, unasked: decide(situation), asked: decide({ ...situation, asked: true }) }
  }

  /** The next hint, for who asks, as soon as the policy gives one; otherwise in how many milliseconds, 0 when there is none left. */
  askHint(by?: Actor): { given: boolean; waitMs: number; hint: { milestone: string; rung: string; text: string } | null } {
    const { drill } = this.#deps
    const state = drill.mustAllow('ask-hint')
    const decision = decide({ ...drill.situation(state), asked: true })
    drill.append({ type: 'hint-asked' }, by)
    this.#carryOut(decision)
    const hint = decision.kind === 'hint' ? { milestone: decision.milestone, rung: decision.rung, text: decision.text } : null
    return { given: hint !== null, waitMs: decision.kind === 'wait' ? decision.forMs : 0, hint }
  }

  /** The next hint, by the instructor's hand: it does not count as asking. Returns whether there was one. */
  giveHint(): boolean {
    const { drill } = this.#deps
    const state = drill.mustAllow('ask-hint')
    const hint = nextHint(state, drill.played(state))
    if (!hint) return false
    drill.append({ type: 'hint-given', ...hint, reason: 'instructor' })
    return true
  }

  /** What the trainee writes to the coach. */
  ask(text: string, by?: Actor): DrillEvent {
    const { drill } = this.#deps
    drill.mustAllow('ask-coach')
    return drill.append({ type: 'coach-asked', text }, by)
  }

  /** Something that the coach says or that is told of it. */
  note(body: Extract<DrillEventBody, { type: `coach-${string}` }>): void {
    const { drill } = this.#deps
    if (drill.running()) drill.append(body)
  }

  setMode(mode: CoachMode): void {
    const { drill } = this.#deps
    if (drill.mustAllow('set-coach').coach !== mode) drill.append({ type: 'coach-mode-set', mode })
  }

  snooze(forMs: number, by?: Actor): void {
    const { drill } = this.#deps
    drill.mustAllow('snooze-coach')
    drill.append({ type: 'coach-snoozed', forMs }, by)
  }

  #carryOut(decision: Decision): void {
    const { drill, faults, clock } = this.#deps
    if (decision.kind === 'wait' || decision.kind === 'exhausted') return
    // It is decided each second until it is an event.
    if (decision.kind === 'ease' && faults.isEasing) return
    drill.append({ type: 'coach-decided', decision: decision.kind, reasons: decision.reasons })
    if (decision.kind === 'encourage') drill.append({ type: 'coach-said', about: decision.about, text: decision.text })
    if (decision.kind === 'wrap-up') drill.append({ type: 'coach-said', about: 'the end', text: decision.text })
    if (decision.kind === 'ease')
      faults.ease().catch((error: unknown) => process.stderr.write(`easing the scenario: ${describeError(error)}\n`))
    if (decision.kind === 'extend') clock.extend(decision.byMs)
    if (decision.kind === 'hint') {
      const { milestone, rung, text, reason } = decision
      drill.append({ type: 'hint-given', milestone, rung, text, reason })
    }
  }
}
