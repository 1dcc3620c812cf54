import { readFileSync } from 'node:fs'
import path from 'node:path'
import { kindFields } from '../../model/scenario-kinds.ts'
import { isVaried } from '../../drills/scenario-template.ts'
import { filled, valuesFor, variedIn } from '../../drills/variants.ts'
import { anyOf } from '../../model/scenario.ts'
import { documentsOf } from '../../model/yaml/read.ts'
import { ruleGroups } from '../../observability/rules/index.ts'
import { timings } from '../../observability/timing.ts'
import { hashOf, Sources } from './source.ts'

/** What a proof covers, by name, each with its hash. */
export type Covers = Record<string, string>

export interface Scope {
  covers: Covers
  /** The files that this was read from, relative to the checkout. */
  files: string[]
}

interface Step {
  fault: string
  params?: Record<string, unknown>
}

/** Fields for people or for the coach: `verify` plays the same without them. */
const words = ['title', 'summary', 'difficulty', 'skills', ...kindFields, 'milestones', 'harmful', 'ease', 'runbooks']

/**
 * What the proof of a scenario covers: everything that decides whether it breaks, pages and recovers as proven.
 *
 * - the scenario itself, without its texts;
 * - the code of each fault of its timeline and of each action of its solution, with what they import of `drills/`;
 * - the release that a fault deploys, and the job that it starts, from `shop/`;
 * - the rule of each page that is expected, as Prometheus gets it in a drill, with the recording rules that it reads;
 * - the checks.
 *
 * It does not cover the rest of the shop, the mesh, the engine and the targets, which every scenario depends on: a change of those would make all
 * proofs stale at once. They have their own tests, and the suite plays a few different scenarios each time.
 */
export function scopeOf(root: string, id: string, sources = new Sources(root), variant: string | null = null): Scope {
  const scenarioFile = `scenarios/${id}/scenario.yaml`
  const scenario = drawnForProof(readScenario(root, id), variant)
  const covers: Covers = { scenario: hashOf(canonical(withoutWords(scenario))) }
  const files = new Set([scenarioFile])
  const cover = (file: string, within: (imported: string) => boolean) => {
    for (const each of sources.closure(file, within)) {
      covers[each] = hashOf(sources.code(each))
      files.add(each)
    }
  }
  const ofDrills = (file: string) => file.startsWith('drills/')

  for (const { fault, params = {} } of scenario.timeline) {
    cover(`drills/faults/${fault}.ts`, ofDrills)
    const { service, version } = params
    const releases = `shop/${String(service)}/releases.ts`
    if (version !== undefined && sources.has(releases)) {
      const entry = sources.entry(releases, 'releases', String(version))
      covers[`${releases} ${String(version)}`] = hashOf(entry?.code ?? '')
      files.add(releases)
      const own = (file: string) => file.startsWith(`shop/${String(service)}/`)
      for (const imported of entry?.imported.filter(own) ?? []) cover(imported, own)
    }
  }
  for (const { action } of scenario.solution) if (action !== undefined) cover(`drills/actions/${action}.ts`, ofDrills)
  cover('drills/checks/registry.ts', ofDrills)

  // A job is started by its name.
  for (const file of [...files].filter(ofDrills)) {
    for (const [, name = ''] of sources.code(file).matchAll(/'([a-z]+(?:-[a-z]+)*)'/g))
      if (sources.has(`shop/jobs/${name}.ts`)) cover(`shop/jobs/${name}.ts`, (imported) => imported.startsWith('shop/jobs/'))
  }
  for (const name of scenario.alerts.expected.flatMap(anyOf)) covers[`alert ${name}`] = hashOf(canonical(rulesOf(name)))
  return { covers: Object.fromEntries(Object.entries(covers).toSorted(([a], [b]) => (a < b ? -1 : 1))), files: [...files] }
}

interface Read {
  timeline: Step[]
  solution: { action?: string }[]
  alerts: { expected: { name: string; or?: string[] }[] }
}

// Safe: a proven scenario was read without a mistake.
const readScenario = (root: string, id: string) =>
  documentsOf(readFileSync(path.join(root, `scenarios/${id}/scenario.yaml`), 'utf8'))[0]?.toJS() as Read

/** Names of a scenario's variants, each of which has its own proof; only null for a scenario without any. */
export function provenVariants(root: string, id: string): (string | null)[] {
  const names = variedIn(readScenario(root, id)).variants.map(({ name }) => name)
  return names.length > 0 ? names : [null]
}

/** A variant as it is played, with all values that can be drawn within it; without variants and draws, the scenario as written. */
function drawnForProof(scenario: Read, variant: string | null): Read {
  const varied = variedIn(scenario)
  if (!isVaried(varied)) return scenario
  const { variants: _variants, draws: _draws, ...rest } = scenario as Read & { variants?: unknown; draws?: unknown }
  const used = new Set<string>()
  filled(
    withoutWords(rest),
    valuesFor({ ...varied, draws: {} }, variant, () => 0),
    (name) => used.add(name),
  )
  const played = Object.entries(varied.draws).filter(([name]) => used.has(name))
  // Safe: the values replace texts.
  const drawn = filled(
    rest,
    valuesFor(varied, variant, () => 0),
    () => {},
  ) as Read
  return played.length > 0 ? Object.assign(drawn, { draws: Object.fromEntries(played) }) : drawn
}

/** The reasons in the solution are for the debrief. Before anything is drawn, the solution or an entry of it may be a placeholder. */
function withoutWords(scenario: { solution: unknown }): unknown {
  const kept = Object.fromEntries(Object.entries(scenario).filter(([name]) => !words.includes(name)))
  const { solution } = scenario
  const wordless = (step: unknown) => (typeof step === 'object' ? { ...step, why: '' } : step)
  return { ...kept, solution: Array.isArray(solution) ? solution.map(wordless) : solution }
}

/** An alert's rules and the recording rules that they read, as Prometheus evaluates them in a drill, without their texts for people. */
export function rulesOf(alert: string) {
  const rules = ruleGroups(timings.drill).flatMap(({ interval, rules: each }) => each.map((rule) => ({ interval, rule })))
  const found = rules.filter(({ rule }) => 'alert' in rule && rule.alert === alert)
  for (const { rule } of found) {
    const named = new Set(rule.expr.match(/[a-zA-Z_:][\w:]*/g))
    for (const other of rules) if ('record' in other.rule && named.has(other.rule.record) && !found.includes(other)) found.push(other)
  }
  return found.map(({ interval, rule }) => ({ interval, ...rule, annotations: undefined }))
}

/** JSON with sorted keys, so that their order in the file does not matter. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
