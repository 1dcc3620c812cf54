import { shopComponentNames } from '../model/components.ts'
import { peopleSchema, type People } from '../model/people.ts'
import type { Scenario } from '../model/scenario.ts'
import { explainIssues } from '../model/yaml/explain.ts'
import { readDocument } from '../model/yaml/read.ts'
import { isLoose } from './questions.ts'

interface PeopleMistake {
  level: 'error' | 'warning'
  line: number
  column: number
  /** The path in the document, such as `people.0.beats.1.when`. */
  at: string
  message: string
}

/** What a scenario must not give away before its debrief. */
export type Answer = Pick<Scenario, 'cause' | 'limit'>

interface ReadPeople {
  people: People | null
  mistakes: PeopleMistake[]
}

/**
 * Parses `people.yaml`, and reports everything that is wrong with it, with its path, once for each answer: each variant of a scenario has one of its own.
 * The warnings are about what gives the answer away.
 */
export function readPeople(source: Uint8Array | string, answers: readonly (Answer | null)[]): ReadPeople[] {
  const { document, mistakes: unreadable } = readDocument(source, 'the people of a scenario')
  const mistakes: PeopleMistake[] = unreadable.map((mistake) => ({ level: 'error', at: '', ...mistake }))
  if (!document) return answers.map(() => ({ people: null, mistakes }))
  const { data, error } = peopleSchema.safeParse(document.value)
  for (const { path: _, unknownKey: __, ...mistake } of explainIssues(error?.issues ?? [], document.value, document, peopleSchema))
    mistakes.push({ level: 'error', ...mistake })
  if (!data) return answers.map(() => ({ people: null, mistakes }))
  return answers.map((answer) => {
    const found = [...mistakes]
    checkPeople(data, answer, (level, keys, message) => found.push({ level, at: keys.join('.'), message, ...document.placeOf(keys) }))
    return { people: found.some(({ level }) => level === 'error') ? null : data, mistakes: found }
  })
}

type Tell = (level: PeopleMistake['level'], keys: readonly PropertyKey[], message: string) => void

function checkPeople({ people, hurt }: People, answer: Answer | null, tell: Tell): void {
  givesAway(hurt, answer, (message) => tell('warning', ['hurt'], message))
  const twice = (seen: Set<string>, value: string, keys: readonly PropertyKey[], message: string) => {
    if (seen.has(value)) tell('error', keys, message)
    seen.add(value)
  }
  const characters = new Set<string>()
  people.forEach(({ character, beats, facts }, index) => {
    const at = ['people', index]
    twice(characters, character, [...at, 'character'], `'${character}' is there already: put all of their beats and facts together`)
    const beatIds = new Set<string>()
    beats.forEach((beat, number) => {
      const here = [...at, 'beats', number]
      twice(beatIds, beat.id, [...here, 'id'], `there is a beat '${beat.id}' already: choose another id`)
      if (beat.within !== undefined && beat.wants === undefined)
        tell('error', [...here, 'within'], "is how long the person waits, but nothing is wanted: add 'wants: answer' or 'wants: update'")
      if (beat.when.unless.includes(beat.when.since))
        tell('error', [...here, 'when', 'unless'], `holds '${beat.when.since}', which the beat waits for: it would never be said`)
      if (answer && beat.when.since === 'start' && beat.when.after >= answer.limit)
        tell('error', [...here, 'when', 'after'], "is past the scenario's limit, when the drill has ended: write an earlier time")
      beat.say.forEach((text, which) => givesAway(text, answer, (message) => tell('warning', [...here, 'say', which], message)))
    })
    const factIds = new Set<string>()
    facts.forEach((fact, number) => {
      const here = [...at, 'facts', number]
      twice(factIds, fact.id, [...here, 'id'], `there is a fact '${fact.id}' already: choose another id`)
      if (fact.known === undefined && fact.notYet !== undefined)
        tell('error', [...here, 'notYet'], "is never said, because the fact is always known: add 'known', or leave this out")
      if (fact.known !== undefined && fact.notYet === undefined)
        tell('error', [...here, 'known'], "needs a 'notYet': what the person says before the fact is known")
      fact.asked.forEach((phrase, which) => {
        if (isLoose(phrase))
          tell('error', [...here, 'asked', which], `'${phrase}' comes up in any talk: add a word that only this question has`)
      })
      givesAway(fact.topic, answer, (message) => tell('warning', [...here, 'topic'], message))
      if (answer) {
        const { component, category } = answer.cause
        fact.say.forEach((text, which) => {
          if (names(text, component) && names(text, category))
            tell(
              'warning',
              [...here, 'say', which],
              `is the whole answer, '${component}' and '${category}': leave one for the trainee to find`,
            )
        })
      }
    })
  })
}

const names = (text: string, word: string): boolean => new RegExp(`\\b${word}\\b`, 'i').test(text)

/** Unrequested messages must not name the component of the cause, or its category in these words. */
function givesAway(text: string, answer: Answer | null, tell: (message: string) => void): void {
  if (!answer) return
  const { component, category } = answer.cause
  // 'orders' and 'payments' are everyday words.
  const everyday = new Set<string>(['orders', 'payments'])
  for (const word of [...shopComponentNames.filter((name) => name === component && !everyday.has(name)), category])
    if (names(text, word)) tell(`names '${word}', which is part of the answer: nobody has asked yet`)
}
