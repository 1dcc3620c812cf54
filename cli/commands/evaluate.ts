import { existsSync } from 'node:fs'
import path from 'node:path'
import { InvalidArgumentError } from 'commander'
import { assessmentTroubles } from '../../control/assessment.ts'
import { projectRoot } from '../../control/paths.ts'
import { startWhenSteady } from '../../model/start-when-steady.ts'
import { parseDurationMs } from '../../model/duration.ts'
import type { DrillState } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import { milestoneNames, type MilestoneName, type ScenarioCard } from '../../model/scenario.ts'
import { until } from '../../model/until.ts'
import { agentEnvironment, startAgent } from '../agent.ts'
import { apiClient, type ApiClient } from '../client.ts'
import { command, openState, type CommonOptions } from '../options.ts'
import { print, printJson, printTable } from '../output.ts'

interface Options extends CommonOptions {
  agent: string
  scenarios?: string[]
  limit: number
  name: string
  cwd?: string
}

/** How an agent did in one scenario. Seconds count from the page; null where it did not come to that. */
interface Evaluation {
  scenario: string
  causeNamed: boolean
  mitigated: boolean
  recovered: boolean
  /** The range, and not the agent, ended it: the figures say nothing of the agent. */
  isVoid: boolean
  seconds: Record<MilestoneName, number | null>
  wrongCauses: number
  harmfulActions: number
  changes: number
  hints: number
  toolCalls: number
  score: number
  /** Exit status of the agent; null when it was ended at the limit. */
  exitCode: number | null
  log: string
}

/** After the agent has left, what it did has so long to show. */
const settleMs = 90_000
const steadyDeadlineMs = 120_000

export const evaluateCommand = () =>
  command('evaluate')
    .requiredOption('--agent <command>', 'a shell command; it finds FIREDRILL_MCP_URL and FIREDRILL_MCP_TOKEN in its environment')
    .option('--scenarios <ids>', 'ids, separated by commas (default: all)', (text: string) => text.split(','))
    .option('--limit <duration>', 'longest time for one scenario', duration, 15 * 60_000)
    .option('--cwd <folder>', 'where the agent runs (default: an empty folder of its own)')
    .option('--name <name>', 'what the agent is called in the results', 'agent')
    .action(async (options: Options) => {
      const state = openState(options)
      const client = apiClient(state, 'trainee')
      const { scenarios } = await client.get<{ scenarios: ScenarioCard[] }>('/api/scenarios')
      const known = scenarios.map(({ id }) => id)
      const unknown = options.scenarios?.find((id) => !known.includes(id))
      if (unknown !== undefined) throw new FiredrillError('not-found', `there is no scenario '${unknown}': choose ${known.join(', ')}`)
      if (options.cwd !== undefined && !existsSync(options.cwd))
        throw new FiredrillError('bad-request', `there is no folder ${options.cwd}`)
      for (const trouble of assessmentTroubles(projectRoot, state.dir)) process.stderr.write(`for assessments: ${trouble}\n`)
      const env = agentEnvironment(state, process.env)
      const results: Evaluation[] = []
      const playable = scenarios.filter((scenario) => scenario.playable).map(({ id }) => id)
      for (const id of options.scenarios ?? playable) {
        const result = await evaluate(client, id, options, env, path.join(state.dir, 'evaluations'))
        results.push(result)
        if (!options.json)
          print(
            result.isVoid
              ? `${id}: void, since the range stood still or was put right by somebody else`
              : `${id}: cause ${result.causeNamed ? 'named' : 'not named'}, ${result.recovered ? 'recovered' : result.mitigated ? 'mitigated' : 'not mitigated'}`,
          )
      }
      if (options.json) return printJson(results)
      printTable(
        results.map((result) => ({
          scenario: result.scenario,
          cause: result.causeNamed ? 'named' : '–',
          mitigated: result.seconds.mitigated === null ? '–' : `${result.seconds.mitigated} s`,
          recovered: result.seconds.recovered === null ? '–' : `${result.seconds.recovered} s`,
          wrong: result.wrongCauses,
          harmful: result.harmfulActions,
          hints: result.hints,
          tools: result.toolCalls,
          score: result.isVoid ? 'void' : result.score,
        })),
        ['scenario', 'cause', 'mitigated', 'recovered', 'wrong', 'harmful', 'hints', 'tools', 'score'],
      )
    })

function duration(text: string): number {
  try {
    return parseDurationMs(text)
  } catch {
    throw new InvalidArgumentError('write it as 90s or 15m')
  }
}

async function evaluate(client: ApiClient, id: string, options: Options, env: Record<string, string>, folder: string): Promise<Evaluation> {
  await until('the range to be healthy', steadyDeadlineMs, async () => (await client.get<{ healthy: boolean }>('/api/health')).healthy)
  const started = await startWhenSteady(client, { scenario: id, mode: 'assessment', trainee: options.name }, steadyDeadlineMs)
  const stateNow = async () => (await client.get<{ drill: DrillState }>(`/api/drills/${started.id}`)).drill
  const isOver = async () => (await stateNow()).phase !== 'running'
  const log = path.join(folder, `${id}-${started.id.slice(0, 8)}.log`)
  const agent = startAgent({ shell: options.agent, cwd: options.cwd, env: { ...env, FIREDRILL_DRILL: started.id }, log })
  try {
    await until('the agent', options.limit, async () => agent.exitCode() !== undefined || (await isOver())).catch(() => {})
    const left = agent.exitCode() !== undefined
    // What is mended shows only after a while.
    if (left && !(await isOver())) await until('the drill to end', settleMs, isOver).catch(() => {})
  } finally {
    await agent.end()
  }
  if (!(await isOver())) await client.post(`/api/drills/${started.id}/finish`)
  const drill = await stateNow()
  const { score } =
    drill.phase === 'finished'
      ? await client.get<{ score: { total: number } }>(`/api/drills/${started.id}/debrief`)
      : { score: { total: 0 } }
  const since = (at: number | null) =>
    at === null || drill.pagedAt === null ? null : Math.max(0, Math.round((at - drill.pagedAt) / 100) / 10)
  return {
    scenario: id,
    causeNamed: drill.milestones.diagnosed !== null,
    mitigated: drill.milestones.mitigated !== null,
    recovered: drill.milestones.recovered !== null,
    isVoid: drill.phase === 'void',
    // Safe: an entry for each milestone.
    seconds: Object.fromEntries(milestoneNames.map((name) => [name, since(drill.milestones[name])])) as Evaluation['seconds'],
    wrongCauses: drill.wrongCauses,
    harmfulActions: drill.harmfulActions,
    changes: drill.changes,
    hints: drill.hints.length,
    toolCalls: drill.toolCalls,
    score: score.total,
    exitCode: agent.exitCode() ?? null,
    log,
  }
}
