import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { FiredrillError } from '../model/errors.ts'
import { milestoneNames, scenarioSchema, type Scenario } from '../model/scenario.ts'
import { actions } from './actions/registry.ts'
import type { Range } from '../model/range.ts'
import { faults, lackedFor } from './faults/registry.ts'

export interface ScenarioProblem {
  /** An `error` keeps the scenario from being played; a `warning` is for its author to judge. */
  level: 'error' | 'warning'
  file: string
  /** From 1. */
  line: number
  /** Where in the document, such as `timeline.0.params`. */
  at: string
  message: string
}

/** What else a scenario may name, which this folder does not know. */
export interface Vocabulary {
  alerts: ReadonlySet<string>
  runbooks: ReadonlySet<string>
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
  const mistake = problems.find(({ level }) => level === 'error')
  if (mistake) throw new FiredrillError('bad-request', describeProblem(mistake))
  if (!scenario) throw new FiredrillError('bad-request', `${folder} holds no scenario`)
  return scenario
}

export const describeProblem = ({ file, line, at, message }: ScenarioProblem): string => `${file}:${line}: ${at || 'the file'}: ${message}`

/** Reads one scenario folder and tells all that is wrong with it, and what an author may want to reconsider. */
export function checkScenario(folder: string, vocabulary?: Vocabulary): { scenario: Scenario | null; problems: ScenarioProblem[] } {
  const file = path.join(folder, 'scenario.yaml')
  const problems: ScenarioProblem[] = []
  const [text, story, debrief] = ['scenario.yaml', 'story.md', 'debrief.md'].map((name) => {
    const full = path.join(folder, name)
    if (existsSync(full)) return readFileSync(full, 'utf8')
    const message = 'is missing: a scenario has scenario.yaml, story.md and debrief.md'
    problems.push({ level: 'error', file: full, line: 1, at: '', message })
    return ''
  })
  if (!text) return { scenario: null, problems }

  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const lineOf = (keys: readonly PropertyKey[]): number => {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true)
      if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) return lines.linePos(Number(node.range[0])).line
    }
    return 1
  }
  const tell = (level: ScenarioProblem['level'], keys: readonly PropertyKey[], message: string) =>
    problems.push({ level, file, line: lineOf(keys), at: keys.join('.'), message })

  for (const error of document.errors) {
    problems.push({ level: 'error', file, line: lines.linePos(error.pos[0]).line, at: '', message: error.message })
  }
  if (document.errors.length > 0) return { scenario: null, problems }
  const parsed = scenarioSchema.safeParse(document.toJS())
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      tell('error', issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path, issue.message)
    }
    return { scenario: null, problems }
  }
  const scenario: Scenario = { ...parsed.data, story: story ?? '', debrief: debrief ?? '' }
  checkReferences(scenario, path.basename(folder), (...given) => tell('error', ...given))
  if (vocabulary) checkVocabulary(scenario, vocabulary, (...given) => tell('error', ...given))
  checkTeaching(scenario, (...given) => tell('warning', ...given))
  return { scenario, problems }
}

type Tell = (keys: readonly PropertyKey[], message: string) => void

function checkReferences(scenario: Scenario, folder: string, tell: Tell): void {
  if (scenario.id !== folder) tell(['id'], `must be the name of its folder, '${folder}'`)
  scenario.timeline.forEach((step, index) => {
    const fault = faults.find((known) => known.id === step.fault)
    if (!fault) return tell(['timeline', index, 'fault'], `there is no fault '${step.fault}'${nearest(step.fault, faults)}`)
    const params = fault.params.safeParse(step.params)
    for (const issue of params.error?.issues ?? []) tell(['timeline', index, 'params', ...issue.path], issue.message)
  })
  scenario.ease?.steps.forEach((eased, index) => {
    const step = scenario.timeline[eased.step]
    if (!step) return tell(['ease', 'steps', index, 'step'], `the timeline has no step ${eased.step}; they count from 0`)
    const params = faults.find(({ id }) => id === step.fault)?.params.safeParse({ ...step.params, ...eased.params })
    for (const issue of params?.error?.issues ?? []) tell(['ease', 'steps', index, 'params', ...issue.path], issue.message)
  })
  for (const part of ['solution', 'harmful'] as const) {
    scenario[part].forEach((step, index) => {
      const action = actions.find((known) => known.id === step.action)
      if (!action) return tell([part, index, 'action'], `there is no action '${step.action}'${nearest(step.action, actions)}`)
      // What is read off the range when the solution is applied cannot be judged here.
      const open = Object.values(step.params).some((value) => typeof value === 'string' && value.startsWith('$'))
      if (part === 'harmful' || open) return
      for (const issue of action.params.safeParse(step.params).error?.issues ?? []) {
        tell([part, index, 'params', ...issue.path], issue.message)
      }
    })
  }
  milestoneNames.forEach((name, index) => {
    const before = milestoneNames[index - 1]
    if (before && scenario.milestones[name].par <= scenario.milestones[before].par) {
      tell(['milestones', name, 'par'], `must be later than that of ${before}: pars count from the start of the drill`)
    }
  })
  if (scenario.milestones.recovered.par > scenario.limit) tell(['limit'], 'is shorter than the par of recovered')
}

function checkVocabulary(scenario: Scenario, { alerts, runbooks }: Vocabulary, tell: Tell): void {
  scenario.alerts.expected.forEach(({ name }, index) => {
    if (!alerts.has(name)) tell(['alerts', 'expected', index, 'name'], `there is no alert '${name}'`)
  })
  scenario.alerts.allowed.forEach((name, index) => {
    if (!name.endsWith('*') && !alerts.has(name)) tell(['alerts', 'allowed', index], `there is no alert '${name}'`)
  })
  scenario.runbooks.forEach((name, index) => {
    if (!runbooks.has(name)) tell(['runbooks', index], `there is no runbook docs/runbooks/${name}.md`)
  })
}

/** What tells too much too early: the answer in what trainees read before the debrief. */
function checkTeaching(scenario: Scenario, tell: Tell): void {
  const { component, category } = scenario.cause
  const names = (text: string): boolean => new RegExp(`\\b${component}\\b`, 'i').test(text)
  if (names(scenario.title)) tell(['title'], `names the cause, '${component}'`)
  if (names(scenario.summary)) tell(['summary'], `names the cause, '${component}'`)
  if (scenario.ease && names(scenario.ease.what)) tell(['ease', 'what'], `names the cause, '${component}'`)
  for (const milestone of milestoneNames.slice(1, 3)) {
    const { orient } = scenario.milestones[milestone].hints
    if (names(orient)) tell(['milestones', milestone, 'hints', 'orient'], `names the cause, '${component}': that is for the last rung`)
  }
  if (!names(scenario.milestones.diagnosed.hints.tell) || !scenario.milestones.diagnosed.hints.tell.includes(category)) {
    tell(['milestones', 'diagnosed', 'hints', 'tell'], `should be enough to finish: name '${component}' and '${category}'`)
  }
}

/** A name that may have been meant. */
function nearest(wanted: string, known: readonly { id: string }[]): string {
  const words = new Set(wanted.split('-'))
  const close = known.map(({ id }) => id).filter((id) => id.split('-').some((word) => words.has(word)))
  return close.length > 0 ? `; did you mean ${close.join(' or ')}?` : `: choose ${known.map(({ id }) => id).join(', ')}`
}

/** Whether each step of a scenario can be done to a range, where its shop runs. */
export const isPlayable = ({ timeline }: Scenario, range: Pick<Range, 'lacks'>): boolean =>
  timeline.every(({ fault, params }) => lackedFor(fault, params, range).length === 0)
