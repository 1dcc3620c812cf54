import { drillClock, type DrillEvent, type DrillState } from '../model/drill.ts'
import type { CharacterId, Moment, Wanted, When } from '../model/people.ts'
import { characters } from './characters/registry.ts'
import { tells } from './questions.ts'

/** Something that a person waits for. All times are on the drill's clock, in milliseconds. */
interface Want {
  /** The event with which the person asked for it. */
  event: number
  person: CharacterId
  kind: Wanted
  at: number
  dueAt: number | null
  metAt: number | null
  remindedAt: number | null
  /** Whether the person has said thanks for a handover note. */
  thanked: boolean
}

export interface Question {
  event: number
  person: CharacterId
  text: string
  at: number
  /** Whether it gives this person what they waited for. */
  wanted: boolean
  /** The fact that a model matched it to. */
  understood: string | null
}

/** What the drill's events say about its people. */
export interface PeopleState {
  muted: boolean
  /** When anybody, including the coach, last spoke. */
  heardAt: number
  /** When one of them, or the coach, last spoke unasked. */
  unaskedAt: number
  /** `character beat` of messages that were sent. */
  said: ReadonlySet<string>
  /** `character fact` of facts that were told. */
  told: ReadonlySet<string>
  /** People who have been in touch, in either direction. */
  reached: ReadonlySet<CharacterId>
  wants: readonly Want[]
  /** Unanswered questions, oldest first. */
  questions: readonly Question[]
  /** People sent in by the instructor who have not spoken yet. */
  sent: readonly { event: number; person: CharacterId; text: string | null }[]
  /** The last requested quiet; `over` when its end was announced. */
  quiet: { from: number; until: number; over: boolean } | null
  /** When each moment was first reached. */
  moments: Readonly<Partial<Record<Moment, number>>>
}

type Of<Type extends DrillEvent['type']> = Extract<DrillEvent, { type: Type }>

/** After unrequested help, the trainee has enough to read. */
const isUnaskedHint = (event: DrillEvent): boolean => event.type === 'hint-given' && event.reason !== 'asked'

/** Events after which people stay silent for a moment. */
const coachSpeaks = new Set<DrillEvent['type']>(['hint-given', 'coach-said', 'coach-replied', 'message-sent'])

export function peopleState(state: DrillState, events: readonly DrillEvent[]): PeopleState {
  const said = new Set<string>()
  const told = new Set<string>()
  const reached = new Set<CharacterId>()
  const wants: Want[] = []
  const questions = new Map<number, Question>()
  const sent = new Map<number, { event: number; person: CharacterId; text: string | null }>()
  const found: Partial<Record<Moment, number>> = {}
  let muted = false
  let quiet = null as PeopleState['quiet']
  let [heardAt, unaskedAt] = [-Infinity, -Infinity]

  for (const event of events) {
    const at = drillClock(state, event.at)
    for (const each of momentsIn(event)) found[each] ??= at
    if (coachSpeaks.has(event.type)) heardAt = at
    if (isUnaskedHint(event)) unaskedAt = at
    switch (event.type) {
      case 'person-said': {
        heardAt = at
        reached.add(event.person)
        if (event.beat !== null) said.add(`${event.person} ${event.beat}`)
        if (event.fact !== null) told.add(`${event.person} ${event.fact}`)
        if (event.about === 'beat' || event.about === 'reminder') unaskedAt = at
        if (event.about === 'reminder') for (const want of wants) if (want.event === event.to) want.remindedAt = at
        if (event.about === 'thanks') for (const want of wants) if (want.event === event.to) want.thanked = true
        if (event.wants !== null) wants.push(wantOf(event, event.wants, at))
        if (event.to !== null) {
          questions.delete(event.to)
          sent.delete(event.to)
        }
        break
      }
      case 'person-asked': {
        const open = tells(event.text)
          ? wants.filter((want) => want.person === event.person && want.kind === 'answer' && want.metAt === null)
          : []
        questions.set(event.id, questionOf(event, at, open.length > 0))
        for (const want of open) want.metAt = at
        break
      }
      case 'question-understood': {
        const question = questions.get(event.to)
        if (question) question.understood = event.fact
        break
      }
      case 'status-posted':
        for (const want of wants) if (want.kind !== 'handover' && want.metAt === null && isFor(event.audience, want.person)) want.metAt = at
        break
      case 'handover-written':
        for (const want of wants) if (want.kind === 'handover' && want.metAt === null) want.metAt = at
        break
      case 'person-sent':
        sent.set(event.id, { event: event.id, person: event.person, text: event.text })
        break
      case 'people-muted':
        muted = event.muted
        break
      case 'quiet-asked':
        // A repeated request extends it, or ends it earlier.
        if (quiet && !quiet.over) quiet = { ...quiet, until: at + event.forMs }
        else if (event.forMs > 0) quiet = { from: at, until: at + event.forMs, over: false }
        break
      case 'quiet-ended':
        if (quiet) quiet = { ...quiet, until: Math.min(quiet.until, at), over: true }
        break
    }
  }
  return {
    muted,
    heardAt,
    unaskedAt,
    said,
    told,
    reached,
    wants,
    questions: [...questions.values()],
    sent: [...sent.values()],
    quiet,
    moments: found,
  }
}

const wantOf = ({ id, person, withinMs }: Of<'person-said'>, kind: Wanted, at: number): Want => ({
  event: id,
  person,
  kind,
  at,
  dueAt: withinMs === null ? null : at + withinMs,
  metAt: null,
  remindedAt: null,
  thanked: false,
})

const questionOf = ({ id, person, text }: Of<'person-asked'>, at: number, wanted: boolean): Question => ({
  event: id,
  person,
  text,
  at,
  wanted,
  understood: null,
})

/** Whether an update reaches a person: customers' updates are public, and support reads them as well. */
const isFor = (audience: string | undefined, person: CharacterId): boolean => {
  const { reads } = characters[person]
  return reads === (audience ?? 'customers') || (reads === 'support' && (audience ?? 'customers') === 'customers')
}

function momentsIn(event: DrillEvent): Moment[] {
  switch (event.type) {
    case 'drill-started':
      return ['start']
    case 'page-received':
      return ['page']
    case 'page-escalated':
      return ['escalated']
    case 'milestone-reached':
      // In a shift, one incident has reached it, but not yet all of them.
      return event.incident === undefined ? [event.milestone] : []
    case 'status-posted':
      return ['update']
    case 'cause-named':
      return event.correct ? [] : ['wrong-cause']
    case 'action-run':
    case 'command-run':
      return [...(event.kind === 'change' ? (['change'] as const) : []), ...(event.harmful ? (['harmful'] as const) : [])]
    default:
      return []
  }
}

/** When a condition became true, on the drill's clock; null if it is not true now. */
export function dueAt(condition: When, state: DrillState, { moments }: PeopleState, now: number): number | null {
  const since = moments[condition.since]
  if (since === undefined || now < since + condition.after) return null
  if (condition.failed !== undefined && state.harm.failed < condition.failed) return null
  return condition.unless.some((each) => moments[each] !== undefined) ? null : since + condition.after
}
