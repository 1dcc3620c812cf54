import { decide, nextHint, type Decision } from '../../coach/policy.ts'
import type { Actor, CoachMode, DrillEvent, DrillEventBody, DrillState } from '../../model/drill.ts'
import { describeError } from '../../model/errors.ts'
import { hasPersonJustSpoken, isPersonSpeaking } from '../../people/policy.ts'
import type { DrillClock } from './clock.ts'
import type { CurrentDrill, Situation } from './current.ts'
import type { DrillFaults } from './faults.ts'
import { alarmOf, alarmsIn, dueIn, inFocus, type Alarm } from './in-shift.ts'

interface Dependencies {
  drill: CurrentDrill
  faults: DrillFaults
  clock: DrillClock
}

/** The hint for a page that needs no action: how to recognise that. */
const aboutNoise = {
  milestone: 'located',
  rung: 'orient',
  text: 'First find out whether users feel it: look at the share of their requests that is slow or fails, and whether it grows. If nobody feels it, watch for a while, and change nothing.',
} as const

/** Carries out what the coach's policy decides in a drill. The wording is chosen elsewhere (`control/coach.ts`). */
export class Coaching {
  readonly #deps: Dependencies

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  /** Calls the policy, and carries out what it decides. */
  act(): void {
    const { drill } = this.#deps
    const state = drill.running()
    // Two messages at once would be too much.
    if (!state || isPersonSpeaking(drill.events, Date.now())) return
    const { incident, ...situation } = this.#situation(state)
    const decision = decide(situation)
    // A trainee who is only late, not stuck, is not interrupted again so soon after a person has spoken.
    if (
      decision.kind === 'hint' &&
      decision.reason === 'time' &&
      decision.rung === 'orient' &&
      hasPersonJustSpoken(drill.events, Date.now())
    )
      return
    this.#carryOut(decision, incident)
  }

  /** What the policy would do now, unasked and on request; null when no drill is open. */
  decisions(): (Omit<Situation, 'now'> & { unasked: Decision; asked: Decision }) | null {
    const { drill } = this.#deps
    const state = drill.running()
    if (!state) return null
    const { incident: _, ...situation } = this.#situation(state)
    return { ...situation, unasked: decide(situation), asked: decide({ ...situation, asked: true }) }
  }

  /** The input of the policy: in a shift, of the incident that was named, or the most urgent one. */
  #situation(state: DrillState, number?: number): Situation & { incident: number | undefined; dueMs?: number; busyUntil?: number } {
    const { drill } = this.#deps
    const own = number === undefined ? inFocus(drill) : alarmOf(drill, number).own
    // Between the incidents of a shift there is nothing to help with, whatever noise has paged, and nothing new to praise.
    if (!own && state.shift) return { ...drill.situation({ ...state, pagedAt: null }), events: [], incident: undefined }
    if (!own) return { ...drill.situation(state), incident: undefined }
    const { mode, coach, snoozedUntil } = state
    const { people } = drill.played(state)
    return {
      state: { ...own.state, mode, coach, snoozedUntil },
      events: own.events,
      // The people are those of the shift.
      scenario: { ...own.incident.scenario, ...(people ? { people } : {}) },
      now: Date.now(),
      incident: own.number ?? undefined,
      dueMs: dueIn(drill, state, own),
      busyUntil: drill.events.findLast(({ type }) => type === 'milestone-reached')?.at ?? 0,
    }
  }

  /** Gives the next hint on request, if the policy allows it; otherwise returns the waiting time in milliseconds, 0 when there is none left. */
  askHint(by?: Actor, number?: number): { given: boolean; waitMs: number; hint: { milestone: string; rung: string; text: string } | null } {
    const { drill } = this.#deps
    const state = drill.mustAllow('ask-hint')
    const noise = this.#noiseMeant(number)
    if (noise) return this.#hintAboutNoise(noise, state, by)
    const { incident, ...situation } = this.#situation(state, number)
    const decision = decide({ ...situation, asked: true })
    drill.append({ type: 'hint-asked', ...(incident === undefined ? {} : { incident }) }, by)
    this.#carryOut(decision, incident)
    const hint = decision.kind === 'hint' ? { milestone: decision.milestone, rung: decision.rung, text: decision.text } : null
    return { given: hint !== null, waitMs: decision.kind === 'wait' ? decision.forMs : 0, hint }
  }

  /** The noise with that number, or the noise that fires while no incident has paged. */
  #noiseMeant(number: number | undefined): Alarm | undefined {
    const { drill } = this.#deps
    if (number !== undefined) {
      const alarm = alarmOf(drill, number)
      return alarm.own ? undefined : alarm
    }
    return inFocus(drill) ? undefined : alarmsIn(drill).findLast(({ own, isOpen }) => own === null && isOpen)
  }

  /** Before it is acknowledged, noise gets an incident's first hint, so that nothing tells noise from incidents. */
  #hintAboutNoise({ number: incident, isAcknowledged }: Alarm, state: DrillState, by?: Actor): ReturnType<Coaching['askHint']> {
    const { drill } = this.#deps
    drill.append({ type: 'hint-asked', incident }, by)
    const first = drill.played(state).incidents?.[0]?.scenario.milestones.acknowledged.hints.orient ?? ''
    const hint = isAcknowledged ? aboutNoise : ({ milestone: 'acknowledged', rung: 'orient', text: first } as const)
    const isGiven = drill.events.some((event) => event.type === 'hint-given' && event.incident === incident && event.text === hint.text)
    if (isGiven) return { given: false, waitMs: 0, hint: null }
    drill.append({ type: 'hint-given', ...hint, reason: 'asked', incident })
    return { given: true, waitMs: 0, hint: { ...hint } }
  }

  /** Gives the next hint on behalf of the instructor: it does not count as a request. Returns whether there was one. */
  giveHint(number?: number): boolean {
    const { drill } = this.#deps
    const state = drill.mustAllow('ask-hint')
    const { state: own, scenario, incident } = this.#situation(state, number)
    if (state.shift && incident === undefined) return false
    const hint = nextHint(own, scenario)
    if (!hint) return false
    drill.append({ type: 'hint-given', ...hint, reason: 'instructor', ...(incident === undefined ? {} : { incident }) })
    return true
  }

  /** From the trainee to the coach. */
  ask(text: string, by?: Actor): DrillEvent {
    const { drill } = this.#deps
    drill.mustAllow('ask-coach')
    return drill.append({ type: 'coach-asked', text }, by)
  }

  /** An event of the coach, or about it. */
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

  #carryOut(decision: Decision, number?: number): void {
    const { drill, faults, clock } = this.#deps
    const incident = number === undefined ? {} : { incident: number }
    if (decision.kind === 'wait' || decision.kind === 'exhausted') return
    // The policy decides it again each second, until it is an event.
    if (decision.kind === 'ease' && faults.isEasing) return
    drill.append({ type: 'coach-decided', decision: decision.kind, reasons: decision.reasons, ...incident })
    if (decision.kind === 'encourage') drill.append({ type: 'coach-said', about: decision.about, text: decision.text, ...incident })
    if (decision.kind === 'wrap-up') drill.append({ type: 'coach-said', about: 'the end', text: decision.text, ...incident })
    if (decision.kind === 'ease')
      faults.ease().catch((error: unknown) => process.stderr.write(`easing the scenario: ${describeError(error)}\n`))
    if (decision.kind === 'extend') clock.extend(decision.byMs)
    if (decision.kind === 'hint') {
      const { milestone, rung, text, reason } = decision
      drill.append({ type: 'hint-given', milestone, rung, text, reason, ...incident })
    }
  }
}
