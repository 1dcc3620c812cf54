import { drillClock, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import type { CharacterId, People, Person } from '../model/people.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import { characters } from './characters/registry.ts'
import { peopleParameters as parameters } from './parameters.ts'
import { replyTo, wording } from './replies.ts'
import { dueAt, peopleState, type PeopleState } from './state.ts'

type Saying = Omit<Extract<DrillEventBody, { type: 'person-said' }>, 'type'>

/** The next message of a person, and why; the reasons are for the instructor. */
type PeopleDecision = { reasons: string[] } & (
  | { kind: 'wait' }
  | { kind: 'say'; saying: Saying }
  | { kind: 'end-quiet'; held: { person: CharacterId; waitedMs: number }[]; missed: CharacterId[] }
)

interface Situation {
  state: DrillState
  /** Of the drill, oldest first. */
  events: readonly DrillEvent[]
  scenario: Scenario
  /** Milliseconds since the epoch. */
  now: number
}

const wait = (...reasons: string[]): PeopleDecision => ({ kind: 'wait', reasons })

/** How many people address somebody unasked: a beginner, or a trainee who struggles, one patient person; a trainee who is ahead, all of them. */
type Pressure = 'one' | 'two' | 'several'

/**
 * Decides who says what, and when: a pure function of the drill's events and the clock. Answers and the instructor's requests come first; then what
 * is due, oldest first. Nobody speaks within ten seconds of another.
 */
export function decidePeople({ state, events, scenario, now: at }: Situation): PeopleDecision {
  const people = scenario.people
  if (state.phase !== 'running' || state.mode === 'rehearsal') return wait('there is nobody to talk to')
  const now = drillClock(state, at)
  const folded = peopleState(state, events)
  const due = dueBeats(people, state, folded, now, pressureOf(state, scenario))

  const { quiet } = folded
  if (quiet && !quiet.over && now >= quiet.until) return endQuiet(folded, quiet, due, now)
  if (now - folded.heardAt < parameters.gapMs) return wait('somebody has just spoken')

  const wish = folded.sent[0]
  if (wish) return say(sentIn(wish, people, state, folded), 'the instructor asked for it')
  for (const question of folded.questions) {
    const person = personOf(people, question.person)
    const reply = replyTo(question, person, state, folded, now)
    if (now < question.at + reply.afterMs) continue
    const { text, fact, about } = reply
    const saying = { ...plain, person: question.person, text, about, fact, to: question.event }
    return say(saying, about === 'thanks' ? 'they got what they were waiting for' : 'was asked')
  }
  if (folded.muted) return wait('people are muted')
  if (quiet && !quiet.over) return wait('the trainee asked for no interruptions')
  const noted = folded.wants.find(({ kind, metAt, thanked }) => kind === 'handover' && metAt !== null && !thanked)
  if (noted && now >= (noted.metAt ?? now) + parameters.readingMs) return say(thanksFor(noted, state), 'the handover note has come')
  const pressure = pressureOf(state, scenario)
  const waited = now - folded.unaskedAt
  if (waited < parameters.spacingMs[pressure]) return wait(`somebody spoke unasked ${Math.round(waited / 1_000)} s ago`)

  const late = folded.wants.find((want) => isLate(want, now) && want.remindedAt === null)
  if (late) {
    const text = wording(characters[late.person].lines.reminder, state.seed, `${late.event}`)
    return say(
      { ...plain, person: late.person, text, about: 'reminder', to: late.event },
      'they did not get in time what they were waiting for',
    )
  }
  const [next] = due
  return next ? say(beatSaid(next, state), `it was due ${Math.round((now - next.dueAt) / 1_000)} s ago`) : wait('nothing is due')
}

/** Whether the coach has to delay an unrequested message, because a person has just spoken. `now` is in milliseconds since the epoch. */
export function isPersonSpeaking(events: readonly DrillEvent[], now: number): boolean {
  const last = events.findLast((event) => event.type === 'person-said')
  return last !== undefined && now - last.at < parameters.gapMs
}

/**
 * Whether a person has spoken unasked so recently that the coach does not interrupt a trainee who is not stuck. `now` is in milliseconds since the
 * epoch.
 */
export const hasPersonJustSpoken = (events: readonly DrillEvent[], now: number): boolean =>
  events.some(
    (event) =>
      event.type === 'person-said' && (event.about === 'beat' || event.about === 'reminder') && now - event.at < parameters.leftAloneMs,
  )

/** How much the trainee can take, by the state of the drill. */
function pressureOf(state: DrillState, { difficulty, milestones }: Scenario): Pressure {
  const unasked = state.hints.filter(({ reason }) => reason !== 'asked').length
  if (difficulty === 'beginner' || unasked >= 2 || state.wrongCauses >= 2 || state.harmfulActions >= 2) return 'one'
  const reached = milestoneNames.filter((name) => state.milestones[name] !== null)
  const ahead = reached.every((name) => drillClock(state, state.milestones[name] ?? 0) <= milestones[name].par)
  return state.hints.length === 0 && (difficulty === 'advanced' || reached.length > 0) && ahead ? 'several' : 'two'
}

const plain = { beat: null, fact: null, to: null, wants: null, withinMs: null, via: 'chat' } as const
const say = (saying: Saying, reason: string): PeopleDecision => ({ kind: 'say', saying, reasons: [reason] })
const personOf = (people: People | undefined, id: CharacterId): Person | null =>
  people?.people.find(({ character }) => character === id) ?? null

interface DueBeat {
  person: CharacterId
  beat: Person['beats'][number]
  dueAt: number
}

/** What could be said now, oldest first; by those who may speak unasked. */
function dueBeats(people: People | undefined, state: DrillState, folded: PeopleState, now: number, pressure: Pressure): DueBeat[] {
  return voices(people, pressure)
    .flatMap(({ character: person, beats }) =>
      beats.flatMap((beat) => {
        const at = folded.said.has(`${person} ${beat.id}`) ? null : dueAt(beat.when, state, folded, now)
        return at === null ? [] : [{ person, beat, dueAt: at }]
      }),
    )
    .toSorted((a, b) => a.dueAt - b.dueAt)
}

/** Who may speak unasked. If it is only one, it is the first patient person. */
function voices(people: People | undefined, pressure: Pressure): readonly Person[] {
  const speaking = (people?.people ?? []).filter(({ beats }) => beats.length > 0)
  if (pressure === 'several') return speaking
  const patient = speaking.find(({ character }) => characters[character].patient) ?? speaking[0]
  const other = speaking.find((person) => person !== patient)
  return speaking.filter((person) => person === patient || (pressure === 'two' && person === other))
}

const beatSaid = ({ person, beat }: DueBeat, state: DrillState): Saying => ({
  ...plain,
  person,
  text: wording(beat.say, state.seed, beat.id),
  about: 'beat',
  beat: beat.id,
  wants: beat.wants ?? null,
  withinMs: beat.within ?? null,
  via: beat.via,
})

const thanksFor = ({ person, event }: PeopleState['wants'][number], { seed }: DrillState): Saying => ({
  ...plain,
  person,
  text: wording(characters[person].lines.thanks, seed, `${event}`),
  about: 'thanks',
  to: event,
})

/** A person whom the instructor sends in says their next beat, whether it is due or not. */
function sentIn(
  { event, person, text }: PeopleState['sent'][number],
  people: People | undefined,
  state: DrillState,
  { said }: PeopleState,
): Saying {
  const next = personOf(people, person)?.beats.find(({ id }) => !said.has(`${person} ${id}`))
  if (text !== null) return { ...plain, person, text, about: 'instructor', to: event }
  if (next) return { ...beatSaid({ person, beat: next, dueAt: 0 }, state), about: 'instructor', to: event }
  const { lines, reach } = characters[person]
  return { ...plain, person, text: wording(lines.opening, state.seed, person), about: 'instructor', to: event, via: reach.via }
}

const isLate = ({ metAt, dueAt: until }: PeopleState['wants'][number], now: number): boolean =>
  metAt === null && until !== null && now >= until + parameters.reminderAfterMs

/** The price of a quiet: whose messages were delayed, how long, and whose deadlines passed. */
function endQuiet(folded: PeopleState, quiet: { from: number; until: number }, due: readonly DueBeat[], now: number): PeopleDecision {
  const waiting = new Map<CharacterId, number>()
  for (const { person, dueAt: since } of due)
    if (since < quiet.until) waiting.set(person, Math.max(waiting.get(person) ?? 0, now - Math.max(since, quiet.from)))
  const missed = folded.wants.filter(
    ({ dueAt: until, metAt }) => until !== null && until >= quiet.from && until < quiet.until && (metAt === null || metAt > until),
  )
  return {
    kind: 'end-quiet',
    held: [...waiting].map(([person, waitedMs]) => ({ person, waitedMs })),
    missed: [...new Set(missed.map(({ person }) => person))],
    reasons: ['the quiet is over'],
  }
}
