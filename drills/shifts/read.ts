import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import type { People } from '../../model/people.ts'
import { anyOf, needsTerminal, type Scenario } from '../../model/scenario.ts'
import { beginsAt, inOrderOfBeginning, shiftSchema, type Shift, type ShiftPlan, type SlowBurn } from '../../model/shift.ts'
import { choice, explainIssues } from '../../model/yaml/explain.ts'
import { readDocument } from '../../model/yaml/read.ts'
import { textOf } from '../../model/yaml/text.ts'
import { readPeople, type Answer } from '../../people/read.ts'
import { checks } from '../checks/registry.ts'
import { faults } from '../faults/registry.ts'
import { describeProblem, type ScenarioProblem, type Vocabulary } from '../scenarios.ts'
import { everyVariant } from '../variants.ts'
import { playedShift, type KnownScenarios } from './compose.ts'

/** Incidents that begin within this time of each other are meant to overlap. */
export const overlapMs = 5 * 60_000
/** Time at the end to solve the last one. */
const leastAfterMs = 6 * 60_000

export interface ReadShift {
  shift: Shift
  people: People | null
  /** In the engine's form. */
  played: Scenario
}

/** Every shift of a folder, by its id. The first mistake of each is reported; the callback may continue without that shift. */
export function loadShifts(
  folder: string,
  scenarios: KnownScenarios,
  told: (mistake: FiredrillError) => void = (mistake) => {
    throw mistake
  },
): Map<string, ReadShift> {
  const shifts = new Map<string, ReadShift>()
  if (!existsSync(folder)) return shifts
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const { read, problems } = checkShift(path.join(folder, entry.name), scenarios)
    const mistake = problems.find(({ level }) => level === 'error')
    if (read && !mistake) shifts.set(entry.name, read)
    else told(new FiredrillError('bad-request', mistake ? describeProblem(mistake) : `${entry.name} is not a shift`))
  }
  return shifts
}

/** Reads the folder of a shift and reports everything that is wrong with it. */
export function checkShift(
  folder: string,
  scenarios: KnownScenarios,
  vocabulary?: Pick<Vocabulary, 'alerts' | 'tickets'>,
): { read: ReadShift | null; problems: ScenarioProblem[] } {
  const problems: ScenarioProblem[] = []
  const textIn = (name: string): string => {
    const file = path.join(folder, name)
    if (!existsSync(file)) {
      problems.push({
        level: 'error',
        file,
        line: 1,
        column: 1,
        at: '',
        message: 'is missing: a shift has shift.yaml, brief.md and debrief.md',
      })
      return ''
    }
    if (!statSync(file).isFile()) {
      problems.push({ level: 'error', file, line: 1, column: 1, at: '', message: 'is a folder: write the file itself' })
      return ''
    }
    const { text, mistakes } = textOf(readFileSync(file))
    for (const mistake of mistakes) problems.push({ level: 'error', file, at: '', ...mistake })
    return text
  }
  const [source, brief, debrief] = [textIn('shift.yaml'), textIn('brief.md'), textIn('debrief.md')]
  if (problems.some(({ level }) => level === 'error')) return { read: null, problems }

  const file = path.join(folder, 'shift.yaml')
  const { document, mistakes } = readDocument(source, 'a shift')
  for (const mistake of mistakes) problems.push({ level: 'error', file, at: '', ...mistake })
  if (!document) return { read: null, problems }
  const parsed = shiftSchema.safeParse(document.value)
  for (const { path: _, ...mistake } of explainIssues(parsed.error?.issues ?? [], document.value, document, shiftSchema))
    problems.push({ level: 'error', file, ...mistake })
  if (!parsed.data) return { read: null, problems }
  const tell: Tell = (level, keys, message) => problems.push({ level, file, at: keys.join('.'), message, ...document.placeOf(keys) })
  checkPlan(parsed.data, path.basename(path.resolve(folder)), scenarios, tell)
  if (vocabulary) checkAlerts(parsed.data, vocabulary, tell)
  const people = peopleIn(folder, answersOf(parsed.data, scenarios), problems)
  if (problems.some(({ level }) => level === 'error')) return { read: null, problems }
  const shift: Shift = { ...parsed.data, brief, debrief }
  return { read: { shift, people, played: playedShift(shift, scenarios, people) }, problems }
}

/** What the people of a shift must not give away: the causes of all its incidents. */
const answersOf = ({ incidents, limit }: ShiftPlan, scenarios: KnownScenarios): Answer[] =>
  incidents.flatMap(({ scenario: id }) => {
    const scenario = scenarios.get(id)
    return scenario ? everyVariant(scenario).map(({ cause }) => ({ cause, limit })) : []
  })

function peopleIn(folder: string, answers: readonly Answer[], problems: ScenarioProblem[]): People | null {
  const file = path.join(folder, 'people.yaml')
  if (!existsSync(file)) return null
  const source = readFileSync(file)
  const read = readPeople(source, answers.length > 0 ? answers : [null])
  const told = new Map(read.flatMap(({ mistakes }) => mistakes.map((mistake) => [JSON.stringify(mistake), { ...mistake, file }] as const)))
  problems.push(...told.values())
  return read[0]?.people ?? null
}

/** The alerts of noise and of slow burns exist. */
function checkAlerts(
  { noise, incidents }: ShiftPlan,
  { alerts: known, tickets }: Pick<Vocabulary, 'alerts' | 'tickets'>,
  tell: Tell,
): void {
  incidents.forEach(({ slowBurn }, index) => {
    if (!slowBurn || tickets.has(slowBurn.ticket)) return
    const { ticket } = slowBurn
    const why = known.has(ticket) ? `'${ticket}' is not a ticket` : `there is no alert '${ticket}'`
    tell('error', ['incidents', index, 'slowBurn', 'ticket'], `${why}: ${choice([...tickets], ticket)}`)
  })
  noise.forEach(({ alerts }, index) =>
    alerts.forEach((name, number) => {
      if (!name.endsWith('*') && !known.has(name))
        tell('error', ['noise', index, 'alerts', number], `there is no alert '${name}': ${choice([...known], name)}`)
    }),
  )
}

type Tell = (level: ScenarioProblem['level'], keys: readonly PropertyKey[], message: string) => void

function checkPlan({ id, incidents, noise, limit }: ShiftPlan, folder: string, scenarios: KnownScenarios, tell: Tell): void {
  if (id !== folder) tell('error', ['id'], `must be the name of its folder, '${folder}'`)
  if (scenarios.has(id)) tell('error', ['id'], `there is a scenario '${id}': choose another id`)
  const known = checks.map((check) => check.id)
  const ids = incidents.map(({ scenario }) => scenario)
  incidents.forEach((incident, index) => {
    const { scenario: name, variant, slowBurn, breaks } = incident
    const here = ['incidents', index]
    const scenario = scenarios.get(name)
    if (!scenario && scenarios.has(name))
      return tell('error', [...here, 'scenario'], `'${name}' cannot be played: 'firedrill scenario lint ${name}' says why`)
    if (!scenario) return tell('error', [...here, 'scenario'], `there is no scenario '${name}': ${choice([...scenarios.keys()], name)}`)
    if (ids.indexOf(name) < index) tell('error', [...here, 'scenario'], `'${name}' is an incident of this shift already`)
    if (needsTerminal(scenario))
      tell('error', [...here, 'scenario'], `'${name}' is solved in a terminal, and a shift has to be playable where there is none`)
    const variants = (scenario.variants ?? []).map((each) => each.name)
    if (variant !== undefined && !variants.includes(variant))
      tell(
        'error',
        [...here, 'variant'],
        variants.length === 0 ? `'${name}' has no variants` : `there is no '${variant}': ${choice(variants, variant)}`,
      )
    breaks.forEach((check, number) => {
      if (!known.includes(check)) tell('error', [...here, 'breaks', number], `there is no check '${check}': ${choice(known, check)}`)
    })
    if (slowBurn) checkSlowBurn(slowBurn, scenario, (keys, message) => tell('error', [...here, 'slowBurn', ...keys], message))
    if (beginsAt(incident) + leastAfterMs > limit)
      tell(
        'error',
        [...here, 'at'],
        `leaves less than ${leastAfterMs / 60_000}m of the shift: let it begin earlier, or the shift last longer`,
      )
  })
  checkOverlaps(incidents, scenarios, tell)
  noise.forEach(({ at, fault: name, params, for: lastsMs }, index) => {
    const here = ['noise', index]
    const fault = faults.find((each) => each.id === name)
    if (!fault)
      return tell(
        'error',
        [...here, 'fault'],
        `there is no fault '${name}': ${choice(
          faults.map((each) => each.id),
          name,
        )}`,
      )
    const issue = fault.params.safeParse(params).error?.issues[0]
    if (issue) tell('error', [...here, 'params', ...issue.path], issue.message)
    const twice = incidents.find(({ scenario }) => scenarios.get(scenario)?.timeline.some((step) => step.fault === name))
    if (twice) tell('error', [...here, 'fault'], `is a fault of '${twice.scenario}' as well, and cannot go in twice: choose another`)
    if (at + lastsMs > limit) tell('error', [...here, 'at'], 'lasts until after the shift: let it begin earlier')
  })
}

/** There must be a later step, and the fault of the first step must accept the changed parameters. */
function checkSlowBurn({ params }: SlowBurn, scenario: Scenario, tell: (keys: readonly PropertyKey[], message: string) => void): void {
  const all = everyVariant(scenario)
  if (all.some(({ timeline }) => timeline.length < 2)) return tell(['for'], `'${scenario.id}' has one step only: nothing comes later`)
  for (const { timeline } of all) {
    const [first] = timeline
    const fault = faults.find(({ id }) => id === first?.fault)
    const known = fault?.params instanceof z.ZodObject ? Object.keys(fault.params.shape) : []
    const unknown = Object.keys(params).find((key) => !known.includes(key))
    if (unknown !== undefined)
      return tell(['params', unknown], `the first step is ${first?.fault}, which takes no '${unknown}': ${choice(known, unknown)}`)
    const issue = fault?.params.safeParse({ ...first?.params, ...params }).error?.issues[0]
    if (issue) return tell(['params', ...issue.path], issue.message)
  }
}

/** If two incidents can be open at the same time, pages and recoveries must be unambiguous. */
function checkOverlaps(incidents: ShiftPlan['incidents'], scenarios: KnownScenarios, tell: Tell): void {
  const inOrder = inOrderOfBeginning({ incidents }).map((incident) => ({
    ...incident,
    begins: beginsAt(incident),
    index: incidents.indexOf(incident),
  }))
  const pagesOf = (name: string) => {
    const scenario = scenarios.get(name)
    return new Set((scenario ? everyVariant(scenario) : []).flatMap(({ alerts }) => alerts.expected.flatMap(anyOf)))
  }
  inOrder.forEach((later, place) => {
    // A slow burn breaks something from its first step on, and pages only later.
    const when = later.slowBurn ? 'which begins less than 5m before it burns, or later' : 'which begins less than 5m before'
    for (const earlier of inOrder.slice(0, place).filter(({ begins }) => later.at - begins < overlapMs)) {
      const check = later.breaks.find((each) => earlier.breaks.includes(each))
      if (check !== undefined)
        tell('error', ['incidents', later.index, 'breaks'], `'${check}' fails because of '${earlier.scenario}' as well, ${when}`)
      if (later.begins - earlier.begins >= overlapMs) continue
      const expected = pagesOf(earlier.scenario)
      const page = [...pagesOf(later.scenario)].find((name) => expected.has(name))
      // A duplicate is reported separately.
      if (page !== undefined && later.scenario !== earlier.scenario)
        tell(
          'error',
          ['incidents', later.index, 'scenario'],
          `pages with '${page}', as '${earlier.scenario}' does, which begins less than 5m before`,
        )
    }
  })
}
