import path from 'node:path'
import { startWhenSteady } from '../model/start-when-steady.ts'
import type { ToldDrill } from '../model/drill.ts'
import { milestoneNames, type MilestoneName } from '../model/scenario.ts'
import { until } from '../model/until.ts'
import { startAgent } from './agent.ts'
import type { ApiClient } from '../model/client.ts'
import type { ShiftDebrief } from '../model/debrief.ts'

/** An agent's progress with one incident. Seconds count from its page; null for a step that was not reached. */
export interface Course {
  causeNamed: boolean
  mitigated: boolean
  recovered: boolean
  seconds: Record<MilestoneName, number | null>
  wrongCauses: number
  harmfulActions: number
  changes: number
  hints: number
  score: number
}

interface Run {
  /** The range, and not the agent, ended it, so the figures say nothing about the agent. */
  isVoid: boolean
  toolCalls: number
  /** Exit status of the agent; null if it was killed at its timeout. */
  exitCode: number | null
  log: string
}

/** An agent's result in one scenario. */
export interface Evaluation extends Course, Run {
  scenario: string
}

/** An agent's result in one shift. */
export interface ShiftEvaluation extends Pick<ShiftDebrief, 'triage' | 'handover' | 'noise'>, Run {
  shift: string
  /** In the order in which they began; their causes are known by now. */
  incidents: ({ number: number | null; scenario: string; title: string; urgency: string } & Course)[]
  /** Titles of those that did not begin, because the agent left before. */
  missed: string[]
  /** Titles of slow burns that were fixed while they were tickets. */
  forestalled: string[]
  score: number
}

interface Played {
  /** The request that starts the drill. */
  what: { scenario: string } | { shift: string }
  id: string
  limitMs: number
  name: string
  agent: string
  cwd: string | undefined
  env: Record<string, string>
  /** Where agents' output is stored. */
  folder: string
}

/** After the agent has left, its actions have this long to take effect. */
const settleMs = 90_000
const steadyDeadlineMs = 120_000

/** Plays one scenario with an agent. */
export async function evaluateScenario(client: ApiClient, id: string, options: Omit<Played, 'what' | 'id'>): Promise<Evaluation> {
  const { drill, run } = await play(client, { ...options, what: { scenario: id }, id })
  const { score } = drill.phase === 'finished' ? await client.get('/api/drills/:id/debrief', { id: drill.id }) : { score: { total: 0 } }
  return { scenario: id, ...courseOf(drill, score.total), ...run }
}

/** Plays one shift with an agent. */
export async function evaluateShift(client: ApiClient, id: string, options: Omit<Played, 'what' | 'id'>): Promise<ShiftEvaluation> {
  const { drill, run } = await play(client, { ...options, what: { shift: id }, id })
  if (drill.phase !== 'finished')
    return {
      ...run,
      shift: id,
      score: 0,
      incidents: [],
      missed: [],
      forestalled: [],
      noise: [],
      triage: { ...nothing, findings: [] },
      handover: nothing,
    }
  const { total, incidents, missed, forestalled, noise, triage, handover } = await client.get('/api/drills/:id/shift', { id: drill.id })
  return {
    shift: id,
    score: total,
    incidents: incidents.map(({ number, urgency, debrief: { drill: own, title, score } }) => ({
      number,
      scenario: own.scenario,
      title,
      urgency,
      ...courseOf(own, score.total),
    })),
    missed,
    forestalled,
    triage,
    handover,
    noise,
    ...run,
  }
}

const nothing = { points: 0, of: 0, detail: 'the shift did not come to its end' }

/** Starts the drill when the range allows it, and lets the agent play until its end, or until the timeout. */
async function play(client: ApiClient, options: Played): Promise<{ drill: ToldDrill; run: Run }> {
  const { what, id, limitMs, name, cwd, env } = options
  await until('the range to be healthy', steadyDeadlineMs, async () => (await client.get('/api/health')).healthy, 250)
  const started = await startWhenSteady(client, { ...what, mode: 'assessment', trainee: name }, steadyDeadlineMs)
  const stateNow = async () => (await client.get('/api/drills/:id', { id: started.id })).drill
  const isOver = async () => (await stateNow()).phase !== 'running'
  const log = path.join(options.folder, `${id}-${started.id.slice(0, 8)}.log`)
  const agent = startAgent({ shell: options.agent, cwd, env: { ...env, FIREDRILL_DRILL: started.id }, log })
  try {
    await until('the agent', limitMs, async () => agent.exitCode() !== undefined || (await isOver()), 250).catch(() => {})
    const left = agent.exitCode() !== undefined
    // A fix takes a while to show.
    if (left && !(await isOver())) await until('the drill to end', settleMs, isOver, 250).catch(() => {})
  } finally {
    await agent.end()
  }
  if (!(await isOver())) await client.post('/api/drills/:id/finish', { id: started.id })
  const drill = await stateNow()
  return { drill, run: { isVoid: drill.phase === 'void', toolCalls: drill.toolCalls, exitCode: agent.exitCode() ?? null, log } }
}

function courseOf({ milestones, pagedAt, wrongCauses, harmfulActions, changes, hints }: ToldDrill, score: number): Course {
  const since = (at: number | null) => (at === null || pagedAt === null ? null : Math.max(0, Math.round((at - pagedAt) / 100) / 10))
  return {
    causeNamed: milestones.diagnosed !== null,
    mitigated: milestones.mitigated !== null,
    recovered: milestones.recovered !== null,
    seconds: Object.fromEntries(milestoneNames.map((name) => [name, since(milestones[name])])) as Course['seconds'],
    wrongCauses,
    harmfulActions,
    changes,
    hints: hints.length,
    score,
  }
}
