import { mostUrgentFirst, type IncidentDrill, type Incidents } from '../../drills/shifts/incidents.ts'
import { drillClock, type DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { CurrentDrill } from './current.ts'

/** What has paged in a shift, as those who play know it: an incident, or noise, which they are to find out. */
export interface Alarm {
  /** In the order of their pages, from 1. */
  number: number
  pagedAt: number
  isAcknowledged: boolean
  isOpen: boolean
  hints: number
  /** Null for noise. */
  own: IncidentDrill | null
}

/** Everything that has paged in the shift that runs, oldest first; nothing in a drill that is none. */
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

/** What has paged under a number. Throws `bad-request` in a drill that is no shift, and `not-found`. */
export function alarmOf(drill: Pick<CurrentDrill, 'incidents'>, number: number): Alarm {
  if (!drill.incidents()) throw new FiredrillError('bad-request', "this drill is not a shift: leave out 'incident'")
  const all = alarmsIn(drill)
  const found = all.find((alarm) => alarm.number === number)
  if (found) return found
  const known = all.map((alarm) => alarm.number).join(', ')
  throw new FiredrillError('not-found', known === '' ? 'no incident has paged yet' : `no incident ${number} has paged: choose ${known}`)
}

/**
 * What is meant: what has paged under that number, or the only one that is open. Null in a drill that is no shift. Throws `bad-request` where it
 * has to be said which one is meant.
 */
export function meant(drill: Pick<CurrentDrill, 'incidents'>, number: number | undefined): Alarm | null {
  if (number !== undefined) return alarmOf(drill, number)
  if (!drill.incidents()) return null
  const open = alarmsIn(drill).filter(({ isOpen }) => isOpen)
  const [only] = open
  if (only && open.length === 1) return only
  const known = open.map((alarm) => alarm.number).join(', ')
  throw new FiredrillError('bad-request', known === '' ? 'no incident is open' : `say which incident is meant: ${known}`)
}

/** The incident that the coach speaks about: the most urgent one. Null when all is calm, and in a drill that is no shift. */
export const inFocus = (drill: Pick<CurrentDrill, 'incidents'>): IncidentDrill | null =>
  mostUrgentFirst(drill.incidents()?.open ?? [])[0] ?? null

/** Of a shift, so much is for its incidents: the last one is not to end with it. */
const usedShare = 0.8
/** Of what was left of it when an incident began, so much is for that one and those after it, however late that was. */
const leastLeftShare = 0.5

/**
 * By when an incident should be done, on its own clock, in milliseconds: it has as much of what was left of the shift when it began as each of those that are
 * still to be done.
 */
export function dueIn(drill: Pick<CurrentDrill, 'played' | 'incidents'>, shift: DrillState, { state }: IncidentDrill): number {
  const { incidents: all = [] } = drill.played(shift)
  const { begun = [], forestalled = [] }: Partial<Incidents> = drill.incidents() ?? {}
  const done = begun.filter((other) => other.state.phase !== 'running').length + forestalled.length
  const began = drillClock(shift, state.startedAt)
  // One that begins late has some time all the same.
  const left = Math.max(usedShare * shift.limitMs - began, leastLeftShare * (shift.limitMs - began))
  return left / Math.max(1, all.length - done)
}

/** Whether nothing is left to do in a drill; in a shift, the note for the next one is written last. */
export function isDone(drill: Pick<CurrentDrill, 'events'>, { milestones, shift, mode }: DrillState): boolean {
  if (Object.values(milestones).includes(null)) return false
  if (!shift || mode === 'rehearsal') return true
  const lastPage = drill.events.findLastIndex(({ type }) => type === 'page-received')
  // Without a page, which a shift has in which every incident was forestalled, any note will do.
  return drill.events.slice(Math.max(0, lastPage)).some(({ type }) => type === 'handover-written')
}
