import { z } from 'zod'
import { durationMsIn, probableDuration } from '../model/duration.ts'
import { milestoneNames, type Scenario } from '../model/scenario.ts'
import { choice, nearest } from '../model/yaml/explain.ts'
import { actions } from './actions/registry.ts'
import { faults } from './faults/registry.ts'

/** Other names that a scenario may use, which are defined outside this folder. */
export interface Vocabulary {
  alerts: ReadonlySet<string>
  /** Alerts that do not page. */
  tickets: ReadonlySet<string>
  runbooks: ReadonlySet<string>
}

/** A duration, or what was probably meant by an invalid one, which is reported elsewhere. */
const time = z
  .unknown()
  .transform((given) => (typeof given === 'string' ? (durationMsIn(probableDuration(given) ?? given) ?? undefined) : undefined))
  .optional()
const text = z.string().optional().catch(undefined)
const params = z.record(z.string(), z.unknown()).catch({})
const steps = z.array(z.object({ action: text, params }).catch({ action: undefined, params: {} })).catch([])
const nothing = { at: undefined, for: undefined, fault: undefined, params: {} }
const milestones = z.object(Object.fromEntries(milestoneNames.map((name) => [name, z.object({ par: time }).catch({ par: undefined })])))

/** The valid parts of a scenario that may have mistakes, so that all of them are reported at once. */
const readable = z.object({
  id: z.unknown().optional(),
  limit: time,
  timeline: z.array(z.object({ at: time, for: time, fault: text, params }).catch(nothing)).catch([]),
  ease: z
    .object({
      steps: z.array(z.object({ step: z.number().optional().catch(undefined), params }).catch({ step: undefined, params: {} })).catch([]),
    })
    .catch({ steps: [] }),
  solution: steps,
  harmful: steps,
  milestones: milestones.catch({}),
  alerts: z
    .object({
      expected: z.array(z.object({ name: text, or: z.array(text).catch([]) }).catch({ name: undefined, or: [] })).catch([]),
      allowed: z.array(text).catch([]),
    })
    .catch({ expected: [], allowed: [] }),
  runbooks: z.array(text).catch([]),
})
type Readable = z.output<typeof readable>

export const readableIn = (value: unknown): Readable =>
  readable.parse(typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {})

type Tell = (keys: readonly PropertyKey[], message: string) => void
export type TellIssues = (
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  schema: z.core.$ZodType,
  within?: readonly PropertyKey[],
) => void

/** The names that a scenario uses, and the order of its times. */
export function checkReferences(scenario: Readable, folder: string, tell: Tell, tellIssues: TellIssues): void {
  if (typeof scenario.id === 'string' && scenario.id !== folder) tell(['id'], `must be the name of its folder, '${folder}'`)
  scenario.timeline.forEach((step, index) => {
    if (step.at !== undefined && scenario.limit !== undefined && step.at >= scenario.limit)
      tell(['timeline', index, 'at'], 'comes after the limit, when the drill has ended: write an earlier time, or a later limit')
    if (step.fault === undefined) return
    const fault = faults.find((known) => known.id === step.fault)
    if (!fault) return tell(['timeline', index, 'fault'], `there is no fault '${step.fault}': ${named(step.fault, faults)}`)
    tellIssues(fault.params.safeParse(step.params).error?.issues ?? [], step.params, fault.params, ['timeline', index, 'params'])
  })
  scenario.ease?.steps.forEach((eased, index) => {
    if (eased.step === undefined) return
    const step = scenario.timeline[eased.step]
    if (!step) return tell(['ease', 'steps', index, 'step'], `the timeline has no step ${eased.step}; they count from 0`)
    const fault = faults.find(({ id }) => id === step.fault)
    const together = { ...step.params, ...eased.params }
    // Mistakes within the step are reported there.
    const own = (fault?.params.safeParse(together).error?.issues ?? []).filter(
      ({ path: [key], code }) => (key !== undefined && Object.hasOwn(eased.params, key)) || code === 'unrecognized_keys',
    )
    if (fault) tellIssues(own, together, fault.params, ['ease', 'steps', index, 'params'])
  })
  for (const part of ['solution', 'harmful'] as const) {
    scenario[part].forEach((step, index) => {
      if (step.action === undefined) return
      const action = actions.find((known) => known.id === step.action)
      if (!action) return tell([part, index, 'action'], `there is no action '${step.action}': ${named(step.action, actions)}`)
      // A parameter that is read from the range when the solution is applied cannot be checked here.
      const open = Object.values(step.params).some((value) => typeof value === 'string' && value.startsWith('$'))
      if (part === 'harmful' || open) return
      tellIssues(action.params.safeParse(step.params).error?.issues ?? [], step.params, action.params, [part, index, 'params'])
    })
  }
  checkPars(scenario, tell)
}

/** Each milestone comes after the previous one, and the last before the drill ends. */
function checkPars({ milestones, limit }: Readable, tell: Tell): void {
  milestoneNames.forEach((name, index) => {
    const before = milestoneNames[index - 1]
    const par = milestones[name]?.par
    const earlier = before && milestones[before]?.par
    if (par !== undefined && earlier !== undefined && par <= earlier) {
      tell(['milestones', name, 'par'], `must be later than that of ${before}: pars count from the start of the drill`)
    }
  })
  const last = milestones['recovered']?.par
  if (last !== undefined && limit !== undefined && last > limit)
    tell(['milestones', 'recovered', 'par'], 'is later than the limit, when the drill ends: write an earlier par, or a later limit')
}

export function checkVocabulary(scenario: Readable, { alerts, runbooks }: Vocabulary, tell: Tell): void {
  const known = (name: string) => choice([...alerts], name)
  scenario.alerts.expected.forEach(({ name, or }, index) => {
    if (name !== undefined && !alerts.has(name)) tell(['alerts', 'expected', index, 'name'], `there is no alert '${name}': ${known(name)}`)
    or.forEach((other, which) => {
      if (other !== undefined && !alerts.has(other))
        tell(['alerts', 'expected', index, 'or', which], `there is no alert '${other}': ${known(other)}`)
    })
  })
  scenario.alerts.allowed.forEach((name, index) => {
    if (name !== undefined && !name.endsWith('*') && !alerts.has(name))
      tell(['alerts', 'allowed', index], `there is no alert '${name}': ${known(name)}`)
  })
  scenario.runbooks.forEach((name, index) => {
    if (name !== undefined && !runbooks.has(name)) tell(['runbooks', index], `there is no runbook docs/runbooks/${name}.md`)
  })
}

/** Texts that trainees read before the debrief and that reveal the answer. */
export function checkTeaching(scenario: Scenario, tell: Tell): void {
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

/** Names that share a word with the given one, or all of them. */
function named(wanted: string, known: readonly { id: string }[]): string {
  const ids = known.map(({ id }) => id)
  const exact = nearest(wanted, ids)
  const words = new Set(wanted.split(/[-_ ]/))
  const close = exact === null ? ids.filter((id) => id.split('-').some((word) => words.has(word))) : [exact]
  return close.length > 0 ? `did you mean ${close.join(' or ')}?` : `choose ${ids.join(', ')}`
}
