import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { DrillState } from '../model/drill.ts'
import { FiredrillError } from '../model/errors.ts'
import { learningPath, type LearningPath, type PathView } from '../model/learning-path.ts'
import type { Scenario } from '../model/scenario.ts'
import { choice, explainIssues } from '../model/yaml/explain.ts'
import { readDocument } from '../model/yaml/read.ts'
import { describeProblem, type ScenarioProblem } from './scenarios.ts'

/** Reads one file of `paths/` and reports everything that is wrong with it. */
export function checkPath(
  file: string,
  scenarios?: ReadonlyMap<string, Scenario>,
): { path: LearningPath | null; problems: ScenarioProblem[] } {
  const { document, mistakes } = readDocument(readFileSync(file), 'a learning path')
  const problems: ScenarioProblem[] = mistakes.map((mistake) => ({ level: 'error', file, at: '', ...mistake }))
  if (!document) return { path: null, problems }
  const parsed = learningPath.safeParse(document.value)
  for (const { path: _, ...mistake } of explainIssues(parsed.error?.issues ?? [], document.value, document, learningPath))
    problems.push({ level: 'error', file, ...mistake })
  const tell = (keys: readonly PropertyKey[], message: string) =>
    problems.push({ level: 'error', file, at: keys.join('.'), message, ...document.placeOf(keys) })
  const found = parsed.data
  if (found && `${found.id}.yaml` !== path.basename(file)) tell(['id'], `must be the name of its file, '${path.basename(file, '.yaml')}'`)
  if (scenarios)
    found?.steps.forEach(({ scenario, why }, index) => {
      const known = scenarios.get(scenario)
      const at = ['steps', index]
      if (!known) return tell([...at, 'scenario'], `there is no scenario '${scenario}': ${choice([...scenarios.keys()], scenario)}`)
      if (found.steps.findIndex((step) => step.scenario === scenario) < index) tell([...at, 'scenario'], `'${scenario}' is a step already`)
      const { component } = known.cause
      if (new RegExp(`\\b${component}\\b`, 'i').test(why))
        tell([...at, 'why'], `names the cause, '${component}': say what the step teaches`)
    })
  return { path: problems.length === 0 ? (found ?? null) : null, problems }
}

/** All paths in a folder, ordered by title. Throws the first mistake. Whether the scenarios exist is not checked here, but by `checkPath`. */
export function loadPaths(folder: string): LearningPath[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  return files
    .map((name) => {
      const { path: found, problems } = checkPath(path.join(folder, name))
      if (!found) throw new FiredrillError('bad-request', problems[0] ? describeProblem(problems[0]) : `${name} is not a learning path`)
      return found
    })
    .toSorted((a, b) => a.title.localeCompare(b.title))
}

/** Where a new trainee begins. */
const firstPath = 'first-week-on-call'

/**
 * Paths with their resolved steps. The recommended path is the one that was worked on last and has a step left; without one, the first week on call,
 * and then the path with most steps left.
 */
export function pathViews(
  paths: readonly LearningPath[],
  scenarios: ReadonlyMap<string, Scenario>,
  drills: readonly DrillState[],
  isPlayable: (scenario: Scenario) => boolean,
): PathView[] {
  const resolved = new Set(drills.filter(({ outcome }) => outcome === 'resolved').map(({ scenario }) => scenario))
  const playedAt = (id: string) => Math.max(0, ...drills.filter(({ scenario }) => scenario === id).map(({ startedAt }) => startedAt))
  const views = paths.map(({ steps, ...path }) => {
    const told = steps.flatMap(({ scenario: id, why }) => {
      const scenario = scenarios.get(id)
      return scenario ? [{ scenario: id, title: scenario.title, why, playable: isPlayable(scenario), resolved: resolved.has(id) }] : []
    })
    const open = told.filter((step) => step.playable && !step.resolved)
    return {
      ...path,
      steps: told,
      open: open.length,
      next: open[0]?.scenario ?? null,
      at: Math.max(0, ...told.map((step) => playedAt(step.scenario))),
    }
  })
  const candidates = views.filter(({ next }) => next !== null)
  const begun = candidates.filter(({ at }) => at > 0).toSorted((a, b) => b.at - a.at)
  const recommended = begun[0] ?? candidates.find(({ id }) => id === firstPath) ?? candidates.toSorted((a, b) => b.open - a.open)[0]
  return views.map(({ open: _open, at: _at, ...view }) => ({ ...view, recommended: view.id === recommended?.id }))
}
