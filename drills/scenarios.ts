import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError, describeError, errorCode } from '../model/errors.ts'
import type { People } from '../model/people.ts'
import type { Range } from '../model/range.ts'
import { scenarioSchema, type Scenario } from '../model/scenario.ts'
import { scenarioVariants } from '../model/scenario-variants.ts'
import { explainIssues } from '../model/yaml/explain.ts'
import { readDocument, type YamlDocument } from '../model/yaml/read.ts'
import { byPlace, textOf } from '../model/yaml/text.ts'
import { readPeople, type Answer } from '../people/read.ts'
import { faultById, lackedFor } from './faults/registry.ts'
import { everyWay, isVaried, versionsOf, type Filled, type Template } from './scenario-template.ts'
import { everyVariant, variedIn } from './variants.ts'
import { checkReferences, checkTeaching, checkVocabulary, readableIn, type TellIssues, type Vocabulary } from './scenario-checks.ts'

export type { Vocabulary } from './scenario-checks.ts'

export interface ScenarioProblem {
  /** An `error` prevents the scenario from being played; a `warning` is for its author to judge. */
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
 * Reads every scenario folder. The first mistake of each is reported with its file, line and what was expected; the callback may throw it, which is
 * the default, or continue without that scenario. `load` reads one folder.
 */
export function loadScenarios(
  folder: string,
  told: (mistake: FiredrillError) => void = fail,
  load: (folder: string) => Scenario = loadScenario,
): Map<string, Scenario> {
  const scenarios = new Map<string, Scenario>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const scenario = soundScenario(path.join(folder, entry.name), told, load)
    if (scenario) scenarios.set(entry.name, scenario)
  }
  return scenarios
}

/** The scenario of a folder; null after its first mistake was reported. */
export function soundScenario(
  folder: string,
  told: (mistake: FiredrillError) => void,
  load: (folder: string) => Scenario = loadScenario,
): Scenario | null {
  try {
    return load(folder)
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    told(error)
    return null
  }
}

const ownScenarios = path.join(import.meta.dirname, '..', 'scenarios')

/** A scenario without mistakes, in a form that can be stored in a file. */
export interface SoundScenario {
  scenario: Omit<Scenario, 'versions'>
  /** The template from which each drill's version is drawn; null for a scenario without draws. */
  template: Template | null
}

/** A valid scenario as it is played. */
export const asPlayed = ({ scenario, template }: SoundScenario): Scenario => ({
  ...scenario,
  versions: template ? versionsOf(template, scenario.people ? { people: scenario.people } : {}) : undefined,
})

export const loadScenario = (folder: string): Scenario => asPlayed(readSound(folder))

/** Reads a scenario's folder; its first mistake is thrown. */
export function readSound(folder: string): SoundScenario {
  const { sound, problems } = checkSound(folder)
  const [mistake, ...others] = problems.filter(({ level }) => level === 'error')
  if (mistake) {
    const named = path.dirname(folder) === ownScenarios ? path.basename(folder) : folder
    const more = others.length === 0 ? '' : ` (and ${others.length} more: 'firedrill scenario lint ${named}' tells them all)`
    throw new FiredrillError('bad-request', `${describeProblem(mistake)}${more}`)
  }
  if (!sound) throw new FiredrillError('bad-request', `there is no scenario in ${folder}`)
  return sound
}

export const describeProblem = ({ file, line, column, at, message }: ScenarioProblem): string =>
  `${file}:${line}:${column}: ${at ? `${at}: ` : ''}${message}`

/** Reads one scenario folder and reports everything that is wrong with it, and what an author may want to reconsider. */
export function checkScenario(folder: string, vocabulary?: Vocabulary): { scenario: Scenario | null; problems: ScenarioProblem[] } {
  const { sound, problems } = checkSound(folder, vocabulary)
  return { scenario: sound && asPlayed(sound), problems }
}

function checkSound(folder: string, vocabulary?: Vocabulary): { sound: SoundScenario | null; problems: ScenarioProblem[] } {
  const file = path.join(folder, 'scenario.yaml')
  const problems: ScenarioProblem[] = []
  const read = (name: string): { bytes: Uint8Array; text: string } | null => {
    const full = path.join(folder, name)
    if (!existsSync(full)) {
      const message = 'is missing: a scenario has scenario.yaml, story.md and debrief.md'
      problems.push({ level: 'error', file: full, line: 1, column: 1, at: '', message })
      return null
    }
    const bytes = bytesOf(full, problems)
    if (bytes === null) return null
    if (name === 'scenario.yaml') return { bytes, text: '' }
    const { text, mistakes } = textOf(bytes)
    for (const mistake of mistakes) problems.push({ level: 'error', file: full, at: '', ...mistake })
    return mistakes.length > 0 ? null : { bytes, text }
  }
  const [source, story, debrief] = [read('scenario.yaml'), read('story.md')?.text, read('debrief.md')?.text]
  if (!source) return { sound: null, problems }

  const { document, mistakes } = readDocument(source.bytes, 'a scenario')
  for (const mistake of mistakes) problems.push({ level: 'error', file, at: '', ...mistake })
  if (!document) return { sound: null, problems }
  const template = { document: document.value, story: story ?? '', debrief: debrief ?? '' }
  // Without variants, the whole schema applies directly.
  const varied = variedIn(document.value)
  const fields = z.object(scenarioVariants).safeParse(isVaried(varied) ? document.value : {})
  for (const { path: _, ...mistake } of explainIssues(fields.error?.issues ?? [], document.value, document, z.object(scenarioVariants)))
    problems.push({ level: 'error', file, ...mistake })
  const ways = everyWay(template, (text, keys, name, message) => {
    if (text === 'document') problems.push({ level: 'error', file, at: keys.join('.'), message, ...document.placeOf(keys) })
    else problems.push({ level: 'error', file: path.join(folder, `${text}.md`), at: '', message, ...placeIn(template[text], name) })
  })
  const checked = ways.map((way) => ({ way, ...checkWay(way, document, { folder, file, vocabulary }) }))
  const people = peopleIn(
    folder,
    checked.map(({ parsed }) => parsed),
  )
  problems.push(
    ...together(
      checked.map(({ way, problems: found }, index) => ({ variant: way.variant, found: [...found, ...(people[index]?.problems ?? [])] })),
    ),
  )
  const [first] = checked
  const isSound = checked.every(({ parsed }) => parsed !== null) && !problems.some(({ level }) => level === 'error')
  const known = people[0]?.people
  const sound: SoundScenario | null =
    first?.parsed && isSound && typeof story === 'string' && typeof debrief === 'string'
      ? {
          scenario: {
            ...first.parsed,
            ...fields.data,
            story: first.way.story,
            debrief: first.way.debrief,
            ...(known ? { people: known } : {}),
          },
          template: isVaried(varied) ? template : null,
        }
      : null
  return { sound, problems: problems.toSorted((a, b) => (a.file === b.file ? byPlace(a, b) : 0)) }
}

/** The content of a file; null if it cannot be read, such as a folder, another user's file or one on a damaged disk, which is reported. */
function bytesOf(file: string, problems: ScenarioProblem[]): Uint8Array | null {
  try {
    return readFileSync(file)
  } catch (error) {
    const code = errorCode(error)
    const why = code === 'EISDIR' ? 'is a folder: write the file itself' : `cannot be read: ${describeError(error)}`
    problems.push({ level: 'error', file, line: 1, column: 1, at: '', message: why })
    return null
  }
}

/** What is wrong with a scenario in one of the ways in which it can be drawn. */
function checkWay(
  { document: value, story, debrief }: Filled,
  written: YamlDocument,
  { folder, file, vocabulary }: { folder: string; file: string; vocabulary: Vocabulary | undefined },
) {
  const problems: ScenarioProblem[] = []
  const document: YamlDocument = {
    ...written,
    // Drawn values are not what is written at that place.
    sourceOf: (keys) => (written.sourceOf(keys)?.includes('${') ? undefined : written.sourceOf(keys)),
  }
  const tell = (level: ScenarioProblem['level'], keys: readonly PropertyKey[], message: string) =>
    problems.push({ level, file, at: keys.join('.'), message, ...document.placeOf(keys) })
  const tellIssues: TellIssues = (issues, given, schema, within) => {
    for (const { path: _, ...mistake } of explainIssues(issues, given, document, schema, within))
      problems.push({ level: 'error', file, ...mistake })
  }
  const parsed = scenarioSchema.safeParse(value)
  if (parsed.error) tellIssues(parsed.error.issues, value, scenarioSchema)
  const readable = readableIn(value)
  checkReferences(readable, path.basename(path.resolve(folder)), (...given) => tell('error', ...given), tellIssues)
  if (vocabulary) checkVocabulary(readable, vocabulary, (...given) => tell('error', ...given))
  if (parsed.success) checkTeaching({ ...parsed.data, story, debrief }, (...given) => tell('warning', ...given))
  return { parsed: parsed.data ?? null, problems }
}

/** A scenario's people, if any; they are in a file of their own, and the same in all its variants, each of which has an answer. */
function peopleIn(folder: string, answers: readonly (Answer | null)[]): { people: People | null; problems: ScenarioProblem[] }[] {
  const file = path.join(folder, 'people.yaml')
  if (!existsSync(file)) return []
  const problems: ScenarioProblem[] = []
  const bytes = bytesOf(file, problems)
  if (bytes === null) return answers.map(() => ({ people: null, problems }))
  return readPeople(bytes, answers).map(({ people, mistakes }) => ({ people, problems: mistakes.map((mistake) => ({ ...mistake, file })) }))
}

/** Each problem once, with the variants that have it if others do not. */
function together(ways: { variant: string | null; found: ScenarioProblem[] }[]): ScenarioProblem[] {
  const all = new Set(ways.map(({ variant }) => variant))
  const known = new Map<string, { problem: ScenarioProblem; variants: Set<string | null> }>()
  for (const { variant, found } of ways)
    for (const problem of found) {
      const key = `${problem.file} ${problem.line}:${problem.column} ${problem.at} ${problem.message}`
      const entry = known.get(key) ?? { problem, variants: new Set() }
      known.set(key, { ...entry, variants: entry.variants.add(variant) })
    }
  return [...known.values()].map(({ problem, variants }) =>
    variants.size === all.size ? problem : { ...problem, message: `in variant ${[...variants].join(', ')}: ${problem.message}` },
  )
}

/** Where a text has a placeholder. */
function placeIn(text: string, name: string): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, text.indexOf(`\${${name}}`))).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}

/** Whether each step of a scenario can be injected into a range. */
export const isPlayable = (scenario: Scenario, range: Pick<Range, 'lacks'>): boolean =>
  everyVariant(scenario).every(({ timeline }) => timeline.every((step) => canBeInjected(step, range)))

function canBeInjected({ fault: id, params }: Scenario['timeline'][number], range: Pick<Range, 'lacks'>): boolean {
  const fault = faultById(id)
  return lackedFor(fault, fault.params.parse(params), range).length === 0
}
