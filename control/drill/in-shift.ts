import { mostUrgentFirst, type IncidentDrill, type Incidents } from '../../drills/shifts/incidents.ts'
import { drillClock, type DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { CurrentDrill } from './current.ts'

/** A page in a shift, as trainees see it: an incident, or noise, which they have to tell apart. */
export interface Alarm {
  /** Its number in the order of the pages, from 1. */
  number: number
  pagedAt: number
  isAcknowledged: boolean
  isOpen: boolean
  hints: number
  /** Null for noise. */
  own: IncidentDrill | null
}

/** Everything that has paged in the running shift, oldest first; empty in a drill that is no shift. */
export function alarmsIn(drill: Pick<CurrentDrill, 'incidents'>): Alarm[] {
  const incidents = drill.incidents()
  if (!incidents) return []
  const ofIncidents = incidents.begun.flatMap((own): Alarm[] => {
    const { number, state } = own
    if (number === null) return []
    const isAcknowledged = state.milestones.acknowledged !== null
    return [
      {
        number,
        pagedAt: state.pagedAt ?? state.startedAt,
        isAcknowledged,
        isOpen: state.phase === 'running',
        hints: state.hints.length,
        own,
      },
    ]
  })
  const ofNoise = incidents.noise.map(({ number, pagedAt, acknowledgedAt, firing, hints }): Alarm => ({
    number,
    pagedAt,
    hints,
    isAcknowledged: acknowledgedAt !== null,
    isOpen: firing.size > 0,
    own: null,
  }))
  return [...ofIncidents, ...ofNoise].toSorted((a, b) => a.number - b.number)
}

/** The incident or noise with a number. Throws `bad-request` in a drill that is no shift, and `not-found`. */
export function alarmOf(drill: Pick<CurrentDrill, 'incidents'>, number: number): Alarm {
  if (!drill.incidents()) throw new FiredrillError('bad-request', "this drill is not a shift: leave out 'incident'")
  const all = alarmsIn(drill)
  const found = all.find((alarm) => alarm.number === number)
  if (found) return found
  const known = all.map((alarm) => alarm.number).join(', ')
  throw new FiredrillError('not-found', known === '' ? 'no incident has paged yet' : `no incident ${number} has paged: choose ${known}`)
}

/** Selects the incident with that number, or the only open one. Null in a drill that is no shift. Throws `bad-request` if a number is required. */
export function meant(drill: Pick<CurrentDrill, 'incidents'>, number: number | undefined): Alarm | null {
  if (number !== undefined) return alarmOf(drill, number)
  if (!drill.incidents()) return null
  const open = alarmsIn(drill).filter(({ isOpen }) => isOpen)
  const [only] = open
  if (only && open.length === 1) return only
  const known = open.map((alarm) => alarm.number).join(', ')
  throw new FiredrillError('bad-request', known === '' ? 'no incident is open' : `say which incident is meant: ${known}`)
}

/** The incident that the coach speaks about: the most urgent one. Null when none is open, and in a drill that is no shift. */
export const inFocus = (drill: Pick<CurrentDrill, 'incidents'>): IncidentDrill | null =>
  mostUrgentFirst(drill.incidents()?.open ?? [])[0] ?? null

/** The share of a shift that is for its incidents, so that the last one does not end with it. */
const usedShare = 0.8
/** The minimum share of the time that was left when an incident began, for that one and those after it, however late it began. */
const leastLeftShare = 0.5

/**
 * By when an incident should be done, on its own clock, in milliseconds: the time that was left when it began is divided equally between the
 * incidents that were still to be done.
 */
export function dueIn(drill: Pick<CurrentDrill, 'played' | 'incidents'>, shift: DrillState, { state }: IncidentDrill): number {
  const { incidents: all = [] } = drill.played(shift)
  const { begun = [], forestalled = [] }: Partial<Incidents> = drill.incidents() ?? {}
  const done = begun.filter((other) => other.state.phase !== 'running').length + forestalled.length
  const began = drillClock(shift, state.startedAt)
  // An incident that begins late has a minimum of time.
  const left = Math.max(usedShare * shift.limitMs - began, leastLeftShare * (shift.limitMs - began))
  return left / Math.max(1, all.length - done)
}

/** Whether nothing is left to do in a drill; in a shift, the note for the next shift comes last. */
export function isDone(drill: Pick<CurrentDrill, 'events'>, { milestones, shift, mode }: DrillState): boolean {
  if (Object.values(milestones).includes(null)) return false
  if (!shift || mode === 'rehearsal') return true
  const lastPage = drill.events.findLastIndex(({ type }) => type === 'page-received')
  // If there was no page, because every incident was prevented, any note counts.
  return drill.events.slice(Math.max(0, lastPage)).some(({ type }) => type === 'handover-written')
}
