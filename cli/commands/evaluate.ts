import { existsSync } from 'node:fs'
import path from 'node:path'
import { assessmentTroubles } from '../../control/assessment.ts'
import { projectRoot } from '../../control/paths.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { ShiftCard } from '../../model/shift.ts'
import { agentEnvironment } from '../agent.ts'
import { apiClient } from '../../control/client.ts'
import type { ApiClient } from '../../model/client.ts'
import { duration } from '../duration-option.ts'
import { evaluateScenario, evaluateShift, type Course, type Evaluation, type ShiftEvaluation } from '../evaluation.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'

interface Options extends CommonOptions {
  agent: string
  scenarios?: string[]
  shifts?: string[]
  limit?: number
  name: string
  cwd?: string
}

const scenarioLimitMs = 15 * 60_000
/** A shift ends by itself when its time is up: this much longer is allowed for that. */
const beyondShiftMs = 60_000

export const evaluateCommand = () =>
  command('evaluate')
    .requiredOption('--agent <command>', 'a shell command; it finds FIREDRILL_MCP_URL and FIREDRILL_MCP_TOKEN in its environment')
    .option('--scenarios <ids>', 'ids, separated by commas (default: all, unless there are shifts)', ids)
    .option('--shifts <ids>', "ids of shifts, separated by commas ('firedrill shift list' lists them)", ids)
    .option('--limit <duration>', 'longest time for one scenario or shift (default: 15m, and as long as the shift lasts)', duration)
    .option('--cwd <folder>', 'where the agent runs (default: an empty folder of its own)')
    .option('--name <name>', 'what the agent is called in the results', 'agent')
    .action(async (options: Options) => {
      const state = openState(options)
      const client = apiClient(state, 'trainee')
      const { scenarios, shifts } = await chosen(client, options)
      if (options.cwd !== undefined && !existsSync(options.cwd))
        throw new FiredrillError('bad-request', `there is no folder ${options.cwd}`)
      for (const trouble of assessmentTroubles(projectRoot, state.dir)) process.stderr.write(`for assessments: ${trouble}\n`)
      const { agent, name, cwd, limit, json } = options
      const how = { agent, name, cwd, env: agentEnvironment(state, process.env), folder: path.join(state.dir, 'evaluations') }
      const results: (Evaluation | ShiftEvaluation)[] = []
      const add = (result: Evaluation | ShiftEvaluation) => {
        results.push(result)
        if (!json) print(inWords(result))
      }
      for (const id of scenarios) add(await evaluateScenario(client, id, { ...how, limitMs: limit ?? scenarioLimitMs }))
      for (const { id, limitMs } of shifts) add(await evaluateShift(client, id, { ...how, limitMs: limit ?? limitMs + beyondShiftMs }))
      if (json) return printJson(results)
      printTable(results.flatMap(rows), [...columns])
    })

const ids = (text: string): string[] => text.split(',')

/** What is to be played. Throws `not-found` for an unknown id. */
async function chosen(client: ApiClient, options: Options): Promise<{ scenarios: string[]; shifts: ShiftCard[] }> {
  const { scenarios } = await client.get('/api/scenarios')
  const { shifts } = await client.get('/api/shifts')
  for (const [what, all, wanted] of [
    ['scenario', scenarios, options.scenarios],
    ['shift', shifts, options.shifts],
  ] as const) {
    const known = all.map(({ id }) => id)
    const unknown = wanted?.find((id) => !known.includes(id))
    if (unknown !== undefined) throw new FiredrillError('not-found', `there is no ${what} '${unknown}': choose ${known.join(', ')}`)
  }
  const playable = options.shifts ? [] : scenarios.filter((scenario) => scenario.playable).map(({ id }) => id)
  return {
    scenarios: options.scenarios ?? playable,
    shifts: (options.shifts ?? []).flatMap((id) => shifts.find((shift) => shift.id === id) ?? []),
  }
}

function inWords(result: Evaluation | ShiftEvaluation): string {
  const id = 'shift' in result ? result.shift : result.scenario
  if (result.isVoid) return `${id}: void, because the range stood still, or the fault was reverted by somebody else`
  if (!('shift' in result))
    return `${id}: cause ${result.causeNamed ? 'named' : 'not named'}, ${result.recovered ? 'recovered' : result.mitigated ? 'mitigated' : 'not mitigated'}`
  const { incidents, missed, forestalled, triage, handover, score } = result
  const recovered = incidents.filter((incident) => incident.recovered).length
  const early = forestalled.length > 0 ? `, ${forestalled.length} fixed before it paged` : ''
  const left = missed.length > 0 ? `, left before ${missed.length} more began` : ''
  const rest = `triage ${triage.points} of ${triage.of}, handover note ${handover.points} of ${handover.of}`
  return `${id}: ${recovered} of ${incidents.length} incidents recovered${early}${left}, ${rest}, score ${score}`
}

const columns = ['drill', 'cause', 'mitigated', 'recovered', 'wrong', 'harmful', 'hints', 'tools', 'score'] as const

/** A row for a scenario; for a shift, one with its score, and one for each of its incidents. */
function rows(result: Evaluation | ShiftEvaluation): Record<string, string | number>[] {
  const { toolCalls: tools } = result
  const score = result.isVoid ? 'void' : result.score
  if (!('shift' in result)) return [{ drill: result.scenario, ...figures(result), tools, score }]
  return [
    { drill: result.shift, tools, score },
    ...result.incidents.map((incident) => ({
      drill: `  ${incident.number ?? '–'} ${incident.scenario}`,
      ...figures(incident),
      score: incident.score,
    })),
  ]
}

const figures = ({ causeNamed, seconds, wrongCauses, harmfulActions, hints }: Course) => ({
  cause: causeNamed ? 'named' : '–',
  mitigated: seconds.mitigated === null ? '–' : `${seconds.mitigated} s`,
  recovered: seconds.recovered === null ? '–' : `${seconds.recovered} s`,
  wrong: wrongCauses,
  harmful: harmfulActions,
  hints,
})
