import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { projectRoot } from '../control/paths.ts'
import { describeProblem, soundScenario } from '../drills/scenarios.ts'
import type { KnownScenarios } from '../drills/shifts/compose.ts'
import { checkShift } from '../drills/shifts/read.ts'
import { drawnScenario } from '../drills/variants.ts'
import { elapsed, formatDurationMs } from '../model/duration.ts'
import { FiredrillError } from '../model/errors.ts'
import { anyOf, type Scenario } from '../model/scenario.ts'
import { scenarioId } from '../model/scenario-kinds.ts'
import { inOrderOfBeginning, shiftSchema, type Shift } from '../model/shift.ts'
import { folderIn, isError, tellProblems, writeTexts } from './authoring.ts'
import { scenarioVocabulary } from './commands/scenario.ts'
import type { CommonOptions } from './options.ts'
import { bold, dim, print, printJson, printTable } from './output.ts'
import { shiftTemplate } from './shift-template.ts'

const folder = path.join(projectRoot, 'shifts')
const folderOf = folderIn(folder, 'shift.yaml')

/**
 * What incidents can be made of; each scenario is read when it is asked for, as reading all of them takes a second or two. One with a mistake cannot be an
 * incident: it goes to `leftOut`, and `scenario lint` tells all of its mistakes.
 */
function knownScenarios(): { scenarios: KnownScenarios; leftOut: FiredrillError[] } {
  const home = path.join(projectRoot, 'scenarios')
  const leftOut: FiredrillError[] = []
  const ids = new Set(
    readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
  )
  const read = new Map<string, Scenario | null>()
  const get = (id: string): Scenario | undefined => {
    if (ids.has(id) && !read.has(id))
      read.set(
        id,
        soundScenario(path.join(home, id), (mistake) => void leftOut.push(mistake)),
      )
    return read.get(id) ?? undefined
  }
  return { scenarios: { get, has: (id) => ids.has(id), keys: () => ids.keys() }, leftOut }
}

export function beginShift(id: string, options: CommonOptions & { withPeople: boolean }): void {
  if (!scenarioId.safeParse(id).success)
    throw new FiredrillError('bad-request', `'${id}' is not a valid id: write lower-case words joined by hyphens`)
  if (existsSync(path.join(projectRoot, 'scenarios', id)))
    throw new FiredrillError('conflict', `there is a scenario '${id}': choose another id`)
  const target = path.join(folder, id)
  if (existsSync(target)) throw new FiredrillError('conflict', `${target} exists already`)
  mkdirSync(target, { recursive: true })
  const files = writeTexts(target, shiftTemplate(id, options))
  if (options.json) return printJson({ id, files })
  for (const file of files) print(path.relative(process.cwd(), file))
  print(dim(`fill them in, then 'firedrill shift lint ${id}', and 'firedrill verify ${id}' on a running range`))
}

export function lintShifts(ids: readonly string[], options: CommonOptions): void {
  const all = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const folders = (ids.length > 0 ? ids : all.map(({ name }) => name)).map(folderOf)
  const { scenarios, leftOut } = knownScenarios()
  const vocabulary = scenarioVocabulary()
  const problems = folders.flatMap((each) => checkShift(each, scenarios, vocabulary).problems)
  tellProblems(problems, options, folders.length, 'shift')
  if (!options.json) for (const { message } of leftOut) print(dim(`left out, as it cannot be played: ${message}`))
}

export function previewShift(id: string, options: CommonOptions): void {
  const { scenarios } = knownScenarios()
  const { read, problems } = checkShift(folderOf(id), scenarios, scenarioVocabulary())
  const mistake = problems.find(isError)
  if (mistake) throw new FiredrillError('bad-request', describeProblem(mistake))
  if (!read) throw new FiredrillError('not-found', `there is no shift '${id}'`)
  const { shift } = read
  const played = drawnScenario(read.played, { seed: 0, variant: null })
  const incidents = incidentsIn(shift, played, scenarios)
  const timeline = played.timeline.map(({ at, for: limitMs, fault, params }, step) => {
    const place = played.incidents?.find(({ steps }) => steps.includes(step))?.place
    return { at, for: limitMs, of: place ?? null, fault, params }
  })
  if (options.json) return printJson({ ...shift, incidents, timeline, people: read.people })
  print(`${bold(shift.title)} ${dim(`${shift.difficulty} · ${formatDurationMs(shift.limit)}`)}`)
  print(shift.summary)
  print(`\n${shift.brief.trim()}\n`)
  printTable(
    timeline.map(({ at, for: limitMs, of, fault, params }) => ({
      at: elapsed(at),
      for: limitMs === undefined ? '' : elapsed(limitMs),
      of: of === null ? 'noise' : `incident ${of}`,
      fault,
      params: JSON.stringify(params),
    })),
  )
  if (incidents.some(({ variants }) => variants.length > 1))
    print(dim('\nwhere there are several variants, each drill draws one; these are the faults of one draw'))
  for (const { place, at, slowBurn, scenario, title, variants, pages, breaks, urgency, why } of incidents) {
    const ticket = slowBurn === undefined ? '' : dim(` · for ${elapsed(slowBurn.for)} before that, the ticket ${slowBurn.ticket}`)
    print(`\n${bold(`incident ${place}`)} ${elapsed(at)} ${scenario} ${dim(title)}${ticket}`)
    if (variants.length > 0) print(`  ${dim('variant')} ${variants.join(' or ')}`)
    print(`  ${dim('pages')}   ${pages.join(', ')}`)
    print(`  ${dim('breaks')}  ${breaks.join(', ')}`)
    print(`  ${dim('urgency')} ${urgency}: ${why}`)
  }
  for (const { at, for: lastsMs, fault, alerts, what } of shift.noise.toSorted((a, b) => a.at - b.at)) {
    print(`\n${bold('noise')} ${elapsed(at)} for ${elapsed(lastsMs)} ${fault} ${dim(`may page: ${alerts.join(', ')}`)}`)
    print(`  ${what}`)
  }
}

/** In the order in which they begin, each with the pages of its variants, and the variants that can be drawn. */
function incidentsIn(shift: Shift, { incidents = [] }: Scenario, scenarios: KnownScenarios) {
  const planned = inOrderOfBeginning(shift)
  return incidents.map(({ place, at, slowBurn, scenario, breaks, urgency }, index) => {
    const { variant, why = '' } = planned[index] ?? {}
    const written = scenarios.get(scenario.id) ?? scenario
    const variants = variant === undefined ? (written.variants ?? []).map(({ name }) => name) : [variant]
    const drawn = variants.length === 0 ? [scenario] : variants.map((name) => drawnScenario(written, { seed: 0, variant: name }))
    const pages = drawn.flatMap(({ alerts }) => alerts.expected.map((page) => anyOf(page).join(' or ')))
    return {
      place,
      at,
      slowBurn,
      scenario: scenario.id,
      title: scenario.title,
      breaks,
      urgency,
      why,
      variants,
      pages: [...new Set(pages)],
    }
  })
}

/** The content of `shifts/shift.schema.json`. */
export const shiftJsonSchema = () => ({ ...z.toJSONSchema(shiftSchema, { io: 'input' }), title: 'A shift of Firedrill' })
