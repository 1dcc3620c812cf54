import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { afterEach } from 'node:test'
import { projectRoot } from '../../control/paths.ts'
import { openLocalRange } from '../../control/wiring.ts'
import { apiClient } from '../../control/client.ts'
import type { ApiClient } from '../../model/client.ts'
import type { ComponentStatus } from '../../model/components.ts'
import { FiredrillError } from '../../model/errors.ts'
import { localRange } from '../../range/targets/local/range.ts'
import { isPlayable, loadScenarios } from '../../drills/scenarios.ts'
import { needsTerminal, type Scenario } from '../../model/scenario.ts'
import { until } from '../../model/until.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { RangeState } from '../../range/targets/local/state.ts'
import { chosen } from '../seed.ts'
import type { Span } from '../../model/telemetry.ts'

/** The range for tests: with a folder and ports of its own, so that one in use is left alone. */
export const dir = path.join(projectRoot, '.cache', 'test-range')
export const portBase = Number(process.env['FIREDRILL_TEST_PORT_BASE'] ?? 27_400)
export const base = `http://127.0.0.1:${portBase}`
export const state = new RangeState(dir)

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

interface RunOptions {
  timeoutMs?: number
  cwd?: string
  input?: string
  env?: NodeJS.ProcessEnv
}

/** Runs a program to its end. Rejects only when it cannot be run at all. */
export function run(program: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
  const { timeoutMs = 300_000, cwd, input = '', env = process.env } = options
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, env: { ...env, NO_COLOR: '1' }, ...(cwd === undefined ? {} : { cwd }) },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') return reject(error)
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
      },
    )
    // A program that ends without reading its input is no error.
    child.stdin?.on('error', () => {}).end(input)
  })
}

/** The output of a successful program; fails for any other. */
export function ok({ code, stdout, stderr }: Outcome): string {
  assert.equal(code, 0, `${stdout}${stderr}`)
  return stdout
}

/** Runs the command as a user does. */
export const firedrill = (args: string[], options: { timeoutMs?: number } = {}): Promise<Outcome> =>
  run(path.join(projectRoot, 'firedrill'), args, options)

/** The command on the tests' range, with `--json`; fails if the command does. */
export async function json<Body>(...args: string[]): Promise<Body> {
  const { code, stdout, stderr } = await firedrill([...args, '--dir', dir, '--json'])
  if (code !== 0) throw new Error(`firedrill ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`)
  return JSON.parse(stdout) as Body
}

export interface UpReport {
  ok: boolean
  tookMs: number
  components: { name: string; outcome: string; tookMs: number }[]
  links: Record<'console' | 'trainee' | 'instructor' | 'shop', string>
}

/** Starts the tests' range, or finds it running. */
export const up = (): Promise<UpReport> => json<UpReport>('up', '--port-base', String(portBase))

/** Makes sure that the tests' range runs, and every component answers: if it does, this only asks, which takes a fraction of the time of `up`. */
export async function ensureUp(): Promise<void> {
  const look = () => client('trainee').get('/api/components')
  const found = state.exists ? await look().catch(() => null) : null
  if (!found?.components.every(({ healthy }) => healthy)) await up()
}

/** Ends a drill that was left running by a test that failed or was killed, so that it does not affect the next one. */
async function endDrillLeft(): Promise<void> {
  const { running } = await client('instructor').get('/api/drills')
  if (running !== null) await client('instructor').post('/api/drills/:id/abort', { id: running })
}
/** Tests that run beside a drill of others must not end it. */
let isOurs = false
afterEach(async (context) => {
  // If there is no range, or none that answers, the failed test has said so.
  if (isOurs && 'passed' in context && !context.passed && state.exists) await endDrillLeft().catch(() => {})
})

export const client = (role: 'trainee' | 'instructor'): ApiClient => apiClient(state, role)
export const target = () => openLocalRange(dir)
export const range = () => localRange(target())

export async function statusOf(name: string): Promise<ComponentStatus> {
  const { stdout } = await firedrill(['status', '--dir', dir, '--json'])
  const found = (JSON.parse(stdout) as ComponentStatus[]).find((component) => component.name === name)
  if (!found) throw new Error(`there is no component ${name}`)
  return found
}

/** The spans of a trace; empty if the store does not have it yet: a log line may arrive before its trace. */
export async function spansOf(client: ApiClient, traceId: string): Promise<Span[]> {
  try {
    return (await client.get('/api/telemetry/traces/:id', { id: traceId })).spans
  } catch (error) {
    if (error instanceof FiredrillError && error.code === 'not-found') return []
    throw error
  }
}

/** How many of the scenarios are played. */
const played = 2

/**
 * The scenarios to play, of those that one host can play: different ones for each commit, by the seed that the runner prints. Each has a proof
 * (`control/proof`); `FIREDRILL_SCENARIOS=all` plays every one all the same, and ids with commas between play those.
 */
export async function playedScenarios(): Promise<Scenario[]> {
  const terminal = (await jailTrouble()) === null
  const all = [...loadScenarios(path.join(projectRoot, 'scenarios')).values()].filter(
    (each) => isPlayable(each, range()) && (terminal || !needsTerminal(each)),
  )
  const wanted = process.env['FIREDRILL_SCENARIOS'] ?? 'some'
  if (wanted === 'some') return chosen(all, played)
  if (wanted === 'all') return all
  return wanted.split(',').map((id) => {
    const scenario = all.find((each) => each.id === id)
    assert.ok(scenario, `FIREDRILL_SCENARIOS is 'some', 'all' or ids with commas between; one host can play no '${id}'`)
    return scenario
  })
}

/** Makes sure that the range runs without a drill: for tests that wait themselves until it is steady, such as those that start a drill. */
export async function ensureFree(): Promise<void> {
  isOurs = true
  await ensureUp()
  await endDrillLeft()
}

/** How long the range must have been at rest: the effects of what happened before the restore last for a while. */
const restMs = 4_000

/** Waits for a range at rest: restored after whatever was played on it, and since then healthy and without a page for a while. */
export async function atRest(): Promise<void> {
  isOurs = true
  await endDrillLeft()
  await client('instructor').get('/api/fingerprint')
  let since: number | null = null
  let last = ''
  await until('the range to be at rest', 120_000, async () => {
    const { healthy, results = [] } = await client('instructor').get('/api/health')
    const alerts = await client('instructor').get('/api/alerts')
    const pages = alerts.flatMap(({ labels }) => (labels['severity'] === 'page' ? [labels['alertname']] : []))
    last = [...results.flatMap(({ ok, title, detail }) => (ok ? [] : [`${title}: ${detail}`])), ...pages].join('; ')
    since = healthy && pages.length === 0 ? (since ?? Date.now()) : null
    return since !== null && Date.now() - since >= restMs
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}; what kept it: ${last}`)
  })
}
