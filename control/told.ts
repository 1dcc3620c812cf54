import type { Role } from '../model/api.ts'
import { endsDrill, hiddenFromTrainees, isOpen, traineeMaySee, type DrillEvent, type DrillState } from '../model/drill.ts'
import { isHidden } from './blind.ts'
import type { CoachText } from './drill/current.ts'
import type { Ledger } from './ledger.ts'

/**
 * A drill's events, all of them from the first, as a role may see them. Trainees get those that they may see, numbered from 1 without gaps: a gap
 * would reveal that something had just been done to the range.
 */
export function toldEvents(events: readonly DrillEvent[], role: Role | null): DrillEvent[] {
  if (role === 'instructor') return [...events]
  const numbers = new Map<number, number>()
  const over = overBy(events)
  return events.filter(traineeMaySee).map((event, index) => {
    numbers.set(event.id, index + 1)
    return toldToTrainee(event, (id) => numbers.get(id) ?? 0, over)
  })
}

/** One event, or a message that the coach is generating, as it happens. */
export class LiveTelling {
  readonly #ledger: Ledger
  /** All streams receive the same. */
  readonly #told = new WeakMap<DrillEvent, DrillEvent | null>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Null for an event that trainees may not see. */
  event(event: DrillEvent): DrillEvent | null {
    const known = this.#told.get(event)
    if (known !== undefined) return known
    const told = traineeMaySee(event) ? toldToTrainee(event, (id) => this.number(event.drill, id), overBy([event])) : null
    this.#told.set(event, told)
    return told
  }

  coach(text: CoachText): CoachText {
    return { ...text, to: this.number(text.drill, text.to) }
  }

  /** The number under which trainees know an event. */
  number(drill: string, id: number): number {
    return this.#ledger.countEvents(drill, id, hiddenFromTrainees)
  }
}

const overBy = (events: readonly DrillEvent[]) => ({
  ended: events.some(endsDrill),
  finished: events.some(({ type }) => type === 'drill-finished'),
})

/** The details of checks, why an action does harm, and how the drill is made are for the instructor alone. */
function toldToTrainee(event: DrillEvent, numberOf: (id: number) => number, over: { ended: boolean; finished: boolean }): DrillEvent {
  const told = { ...event, id: numberOf(event.id) }
  switch (told.type) {
    case 'drill-started':
      return over.ended
        ? { ...told, fingerprint: '', usersBefore: null }
        : {
            ...told,
            ...(told.blind && told.shift !== true ? { scenario: '' } : {}),
            seed: 0,
            variant: null,
            fingerprint: '',
            usersBefore: null,
          }
    case 'health-changed':
      return withoutOracle(told)
    case 'action-run':
    case 'command-run':
      return over.finished ? told : { ...told, harmful: null }
    case 'coach-replied':
      return { ...told, to: numberOf(told.to) }
    case 'person-said':
      // A person would not say that the instructor requested it, or which of the author's facts it is.
      return {
        ...told,
        about: told.about === 'instructor' ? 'beat' : told.about,
        fact: null,
        beat: null,
        to: told.about === 'instructor' || told.to === null ? null : numberOf(told.to),
      }
    default:
      return told
  }
}

/** A verdict on health without the names of the checks that fail; any other event as it is. */
export const withoutOracle = (event: DrillEvent): DrillEvent =>
  event.type === 'health-changed' || event.type === 'incident-health-changed' ? { ...event, failing: [] } : event

/**
 * The state of a drill without what only the instructor may know, and for a blind one without what is played; the time of the last event is left out,
 * since that may be hidden.
 */
export function publicState({
  injectedSteps: _steps,
  lastInjectedAt: _at,
  seed: _seed,
  fingerprint: _print,
  usersBefore: _users,
  wasBroken: _broken,
  lastEventAt: _last,
  ...state
}: DrillState) {
  if (!isOpen(state)) return state
  return { ...state, scenario: isHidden(state) && !state.shift ? '' : state.scenario, variant: null, harmfulActions: 0 }
}
