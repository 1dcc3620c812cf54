import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { FiredrillError } from '../model/errors.ts'
import type { People } from '../model/people.ts'
import type { Range } from '../model/range.ts'
import { scenarioSchema, type Scenario } from '../model/scenario.ts'
import { explainIssues } from '../model/yaml/explain.ts'
import { readDocument } from '../model/yaml/read.ts'
import { byPlace, textOf } from '../model/yaml/text.ts'
import { readPeople, type Answer } from '../people/read.ts'
import { lackedFor } from './faults/registry.ts'
import { checkReferences, checkTeaching, checkVocabulary, readableIn, type TellIssues, type Vocabulary } from './scenario-checks.ts'

export type { Vocabulary } from './scenario-checks.ts'

export interface ScenarioProblem {
  /** An `error` keeps the scenario from being played; a `warning` is for its author to judge. */
  level: 'error' | 'warning'
  file: string
  /** From 1. */
  line: number
  /** From 1. */
  column: number
  /** Where in the document, such as `timeline.0.params`. */
  at: string
  message: string
}

const fail = (mistake: FiredrillError): never => {
  throw mistake
}

/**
 * Reads every scenario folder. The first mistake of one is told with its file, line and what was expected; who is told may throw it, as is done
 * where nobody asks, or go on without that scenario.
 */
export function loadScenarios(folder: string, told: (mistake: FiredrillError) => void = fail): Map<string, Scenario> {
  const scenarios = new Map<string, Scenario>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    try {
      scenarios.set(entry.name, loadScenario(path.join(folder, entry.name)))
    } catch (error) {
      if (!(error instanceof FiredrillError)) throw error
      told(error)
    }
  }
  return scenarios
}

export function loadScenario(folder: string): Scenario {
  const { scenario, problems } = checkScenario(folder)
  const [mistake, ...others] = problems.filter(({ level }) => level === 'error')
  if (mistake) {
    const more =
      others.length === 0 ? '' : ` (and ${others.length} more: 'firedrill scenario lint ${path.basename(folder)}' tells them all)`
    throw new FiredrillError('bad-request', `${describeProblem(mistake)}${more}`)
  }
  if (!scenario) throw new FiredrillError('bad-request', `${folder} holds no scenario`)
  return scenario
}

export const describeProblem = ({ file, line, column, at, message }: ScenarioProblem): string =>
  `${file}:${line}:${column}: ${at ? `${at}: ` : ''}${message}`

/** Reads one scenario folder and tells all that is wrong with it, and what an author may want to reconsider. */
export function checkScenario(folder: string, vocabulary?: Vocabulary): { scenario: Scenario | null; problems: ScenarioProblem[] } {
  const file = path.join(folder, 'scenario.yaml')
  const problems: ScenarioProblem[] = []
  const [source, story, debrief] = ['scenario.yaml', 'story.md', 'debrief.md'].map((name) => {
    const full = path.join(folder, name)
    if (!existsSync(full)) {
      const message = 'is missing: a scenario has scenario.yaml, story.md and debrief.md'
      problems.push({ level: 'error', file: full, line: 1, column: 1, at: '', message })
      return null
    }
    const bytes = readFileSync(full)
    if (name === 'scenario.yaml') return bytes
    const { text, mistakes } = textOf(bytes)
    for (const mistake of mistakes) problems.push({ level: 'error', file: full, at: '', ...mistake })
    return mistakes.length > 0 ? null : text
  })
  if (source === null || source === undefined) return { scenario: null, problems }

  const { document, mistakes } = readDocument(source, 'a scenario')
  for (const mistake of mistakes) problems.push({ level: 'error', file, at: '', ...mistake })
  if (!document) return { scenario: null, problems }
  const tell = (level: ScenarioProblem['level'], keys: readonly PropertyKey[], message: string) =>
    problems.push({ level, file, at: keys.join('.'), message, ...document.placeOf(keys) })
  const tellIssues: TellIssues = (issues, value, schema, within) => {
    for (const { path: _, ...mistake } of explainIssues(issues, value, document, schema, within))
      problems.push({ level: 'error', file, ...mistake })
  }
  const parsed = scenarioSchema.safeParse(document.value)
  if (parsed.error) tellIssues(parsed.error.issues, document.value, scenarioSchema)
  const readable = readableIn(document.value)
  checkReferences(readable, path.basename(path.resolve(folder)), (...given) => tell('error', ...given), tellIssues)
  if (vocabulary) checkVocabulary(readable, vocabulary, (...given) => tell('error', ...given))
  const people = peopleIn(folder, parsed.data ?? null, problems)
  const scenario: Scenario | null =
    parsed.success && typeof story === 'string' && typeof debrief === 'string'
      ? { ...parsed.data, story, debrief, ...(people ? { people } : {}) }
      : null
  if (scenario) checkTeaching(scenario, (...given) => tell('warning', ...given))
  return { scenario, problems: problems.toSorted((a, b) => (a.file === b.file ? byPlace(a, b) : 0)) }
}

/** A scenario may have people; they are in a file of their own. */
function peopleIn(folder: string, answer: Answer | null, problems: ScenarioProblem[]): People | null {
  const file = path.join(folder, 'people.yaml')
  if (!existsSync(file)) return null
  const { people, mistakes } = readPeople(readFileSync(file), answer)
  problems.push(...mistakes.map((mistake) => ({ ...mistake, file })))
  return people
}

/** Whether each step of a scenario can be done to a range, where its shop runs. */
export const isPlayable = ({ timeline }: Scenario, range: Pick<Range, 'lacks'>): boolean =>
  timeline.every(({ fault, params }) => lackedFor(fault, params, range).length === 0)
