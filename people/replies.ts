import type { DrillState } from '../model/drill.ts'
import type { Fact, Person } from '../model/people.ts'
import { hashOf } from '../model/seeded.ts'
import { characters } from './characters/registry.ts'
import { asks, factAsked } from './questions.ts'
import { dueAt, type PeopleState, type Question } from './state.ts'

interface Reply {
  text: string
  fact: string | null
  about: 'answer' | 'thanks'
  /** How long it takes after the question, in milliseconds. */
  afterMs: number
}

/** Picks one of several wordings, the same one each time that a drill is folded. */
export function wording(wordings: readonly string[], seed: number, key: string): string {
  return wordings[hashOf(seed, key) % wordings.length] ?? ''
}

/** Answers without a lookup still take as long as typing them. */
const typingMs = 8_000

/** A person's answer, and when it comes. `person` is null if the scenario does not have that person. */
export function replyTo(question: Question, person: Person | null, state: DrillState, people: PeopleState, now: number): Reply {
  const { lines, reach } = characters[question.person]
  const facts = person?.facts ?? []
  const say = (from: readonly string[]) => wording(from, state.seed, `${question.event}`)
  const reachMs = people.reached.has(question.person) ? 0 : reach.ms
  const fact = factAsked(question.text, facts) ?? facts.find(({ id }) => id === question.understood) ?? null
  if (fact) {
    const known = isKnown(fact, state, people, now)
    const text = known ? wording(fact.say, state.seed, fact.id) : (fact.notYet ?? say(lines.nothing))
    return { text, fact: known ? fact.id : null, about: 'answer', afterMs: reachMs + Math.max(typingMs, fact.takes) }
  }
  const afterMs = reachMs + typingMs
  if (question.wanted) return { text: say(lines.thanks), fact: null, about: 'thanks', afterMs }
  if (!asks(question.text)) return { text: say(lines.heard), fact: null, about: 'answer', afterMs }
  const topics = facts.map(({ topic }) => topic)
  const text =
    topics.length === 0 ? say(lines.nothing) : `${say(lines.unsure)} ${new Intl.ListFormat('en', { type: 'disjunction' }).format(topics)}.`
  return { text, fact: null, about: 'answer', afterMs }
}

const isKnown = ({ known }: Fact, state: DrillState, people: PeopleState, now: number): boolean =>
  known === undefined || dueAt(known, state, people, now) !== null
