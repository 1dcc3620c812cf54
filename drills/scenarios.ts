import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { FiredrillError } from '../model/errors.ts'
import { scenarioSchema, type Scenario } from '../model/scenario.ts'
import { actions } from './actions/registry.ts'
import { faults } from './faults/registry.ts'

/** Reads every scenario folder; the first mistake is told with its file, line and what was expected. */
export function loadScenarios(folder: string): Map<string, Scenario> {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return new Map(names.map(({ name }) => [name, loadScenario(path.join(folder, name))]))
}

export function loadScenario(folder: string): Scenario {
  const file = path.join(folder, 'scenario.yaml')
  const lines = new LineCounter()
  const document = parseDocument(readText(file), { lineCounter: lines })
  const place = (keys: PropertyKey[]): string => {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = document.getIn(keys.slice(0, depth), true)
      if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
        return `${file}:${lines.linePos(Number(node.range[0])).line}`
      }
    }
    return `${file}:1`
  }
  const fail = (keys: PropertyKey[], message: string): never => {
    throw new FiredrillError('bad-request', `${place(keys)}: ${keys.join('.') || 'the file'}: ${message}`)
  }

  const broken = document.errors[0]
  if (broken) throw new FiredrillError('bad-request', `${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`)
  const parsed = scenarioSchema.safeParse(document.toJS())
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail([...(issue?.path ?? [])], issue?.message ?? 'not a scenario')
  }
  const scenario = parsed.data
  if (scenario.id !== path.basename(folder)) fail(['id'], `must be the name of its folder, '${path.basename(folder)}'`)
  scenario.timeline.forEach((step, index) => {
    const fault = faults.find((known) => known.id === step.fault)
    if (!fault) return fail(['timeline', index, 'fault'], `there is no fault '${step.fault}'`)
    const params = fault.params.safeParse(step.params)
    if (!params.success) fail(['timeline', index, 'params'], params.error.issues[0]?.message ?? 'wrong')
  })
  for (const part of ['solution', 'harmful'] as const) {
    scenario[part].forEach((step, index) => {
      if (!actions.some((known) => known.id === step.action)) fail([part, index, 'action'], `there is no action '${step.action}'`)
    })
  }
  return { ...scenario, story: readText(path.join(folder, 'story.md')), debrief: readText(path.join(folder, 'debrief.md')) }
}

function readText(file: string): string {
  if (!existsSync(file)) throw new FiredrillError('not-found', `${file} is missing: a scenario has scenario.yaml, story.md and debrief.md`)
  return readFileSync(file, 'utf8')
}
