import { execFile } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { projectRoot } from '../control/paths.ts'
import { apiClient } from '../control/client.ts'
import { parseDurationMs } from '../model/duration.ts'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { until } from '../model/until.ts'
import { findChromium } from '../range/binaries.ts'
import { atMost, quantile, told, type BenchContext, type Benchmark, type Row } from './benchmark.ts'
import { echoes, Watched } from './terminal.ts'
import { seriesIn } from '../model/series.ts'

/** `BENCH_INCIDENT=id,id` plays these; by default, all that can be played here. */
const chosen = (process.env['BENCH_INCIDENT'] ?? '').split(',').filter((id) => id !== '')
/** `BENCH_INCIDENT_SECONDS`: how long the incident is measured, from its page on. */
const seconds = Number(process.env['BENCH_INCIDENT_SECONDS'] ?? 60)
/** Its lesson is starved monitoring: played only if named, and without the requirements for the others. */
const starvesItsMonitor = new Set(['flying-blind'])
/** What a trainee looks at by default. */
const lookBackMs = 15 * 60_000
const betweenRoundsMs = 1_000
const commandBarMs = 400
/** Keys that are typed into a terminal in each round. */
const keys = 10

type Client = BenchContext['client']
type Ask = (client: Client, asked: { drill: string; trace: string }) => Promise<unknown>

/** A trainee's requests in an incident, as from the console. */
const questions: Record<string, Ask> = {
  'golden dashboard': async (client) => {
    const { dashboards } = await client.get('/api/dashboards')
    const end = Date.now() / 1_000
    const queries = (dashboards.find(({ id }) => id === 'overview')?.panels ?? []).flatMap((panel) =>
      panel.queries.map(({ expr }) => ({ query: expr, start: end - lookBackMs / 1_000, end, step: 5 })),
    )
    return client.post('/api/prometheus/query_ranges', { body: { queries } })
  },
  'search of traces': (client) => client.get('/api/telemetry/traces', { query: lately(60) }),
  'one trace': (client, { trace }) => client.get('/api/telemetry/traces/:id', { id: trace }),
  'search of logs': (client) => client.get('/api/telemetry/logs', { query: { ...lately(200), text: 'order' } }),
  'log overview': (client) => client.get('/api/telemetry/logs/overview', { query: lately(1) }),
  map: (client) => Promise.all([client.get('/api/range'), client.get('/api/components')]),
  alerts: (client) => Promise.all([client.get('/api/alerts'), client.get('/api/alert-groups'), client.get('/api/silences')]),
  'PromQL query': (client) => instant(client, 'sum by (service) (rate(http_request_duration_seconds_count[10s]))'),
  'list of actions': (client) => client.get('/api/actions'),
  'state of the drill': (client, { drill }) => client.get('/api/drills/:id', { id: drill }),
}
const command = 'firedrill drill status'

interface Seen {
  /** Milliseconds that each answer took, by request. */
  took: Map<string, number[]>
  failures: string[]
  /** Milliseconds from a key in the terminal to its echo; empty if there is no terminal. */
  echoes: number[]
  /** Age of the newest span in the store, in seconds. */
  spanAges: number[]
  scrapes: { due: number; made: number }
}

/** A trainee's tools at the worst moment of each incident: they must stay responsive. */
export const incidentBenchmark: Benchmark = {
  name: 'incident',
  title: `what a trainee asks, for ${seconds} s from the page of each incident`,
  async run(context) {
    const { scenarios } = await context.client.get('/api/scenarios')
    const unknown = chosen.filter((id) => !scenarios.some((scenario) => scenario.id === id))
    if (unknown.length > 0) throw new Error(`BENCH_INCIDENT names no scenario: ${unknown.join(', ')}`)
    const played = scenarios.filter(
      ({ id, playable }) => playable && (chosen.length === 0 ? !starvesItsMonitor.has(id) : chosen.includes(id)),
    )
    const seen: Seen = { took: new Map(), failures: [], echoes: [], spanAges: [], scrapes: { due: 0, made: 0 } }
    const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
    try {
      for (const { id } of played) await incident(context, browser, id, seen)
    } finally {
      await browser.close()
    }
    return rowsOf(seen, played.length)
  },
}

async function incident(context: BenchContext, browser: Browser, scenario: string, seen: Seen): Promise<void> {
  const { client, state, say } = context
  await until('the range to be healthy', 120_000, async () => (await client.get('/api/health')).healthy, 500)
  const { alerts } = await client.get('/api/scenarios/:id/plan', { id: scenario })
  const drill = await startWhenSteady(client, { scenario, mode: 'rehearsal', trainee: 'bench' }, 60_000)
  const config = state.config()
  const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    await tab.goto(`http://127.0.0.1:${config.portBase}/login#token=${config.tokens.trainee}`)
    await tab.getByRole('heading', { name: 'Scenarios' }).waitFor()
    await tab.goto(`http://127.0.0.1:${config.portBase}/drills/${drill.id}`)
    const bound = Math.max(...alerts.expected.map(({ within }) => within), 30_000)
    await until('the page', bound + 60_000, async () => {
      const { events } = await client.get('/api/drills/:id', { id: drill.id })
      return events.some(({ type }) => type === 'page-received')
    })
    const terminal = await openTerminal(context)
    try {
      await look(context, drill.id, terminal, seen)
    } finally {
      await terminal?.close()
    }
    say(`  ${scenario}: slowest so far ${Math.round(Math.max(...[...seen.took.values()].flat()))} ms`)
  } finally {
    await tab.close()
    await client.post('/api/drills/:id/abort', { id: drill.id })
  }
}

/** A trainee's terminal with a prompt; null where this machine has none. */
async function openTerminal({ state }: BenchContext): Promise<Watched | null> {
  const { trouble } = await apiClient(state, 'trainee').get('/api/shells')
  if (trouble !== null) return null
  const terminal = await Watched.open(state, 'trainee')
  try {
    await terminal.prompt()
    return terminal
  } catch (error) {
    await terminal.close()
    throw error
  }
}

async function look(context: BenchContext, drill: string, terminal: Watched | null, seen: Seen): Promise<void> {
  const { client, state } = context
  const timed = async (name: string, ask: () => Promise<unknown>): Promise<void> => {
    const startedAt = performance.now()
    await ask().catch((error: unknown) => seen.failures.push(`${name}: ${String(error)}`))
    const took = performance.now() - startedAt
    seen.took.set(name, [...(seen.took.get(name) ?? []), took])
  }
  const from = Date.now()
  while (Date.now() < from + seconds * 1_000) {
    const newest = await newestTrace(client).catch(() => null)
    seen.spanAges.push(newest ? (Date.now() - newest.startMs - newest.durationMs) / 1_000 : Number.POSITIVE_INFINITY)
    const asked = { drill, trace: newest?.traceId ?? '' }
    // Somebody types while the console sends requests.
    const typed = terminal ? echoes(terminal, keys) : Promise.resolve([])
    const heard = typed.then(
      (took) => void seen.echoes.push(...took),
      (error: unknown) => void seen.failures.push(`terminal: ${String(error)}`),
    )
    for (const [name, ask] of Object.entries(questions)) await timed(name, () => ask(client, asked))
    await heard
    await timed(command, () =>
      promisify(execFile)(path.join(projectRoot, 'firedrill'), ['drill', 'status', '--dir', state.dir], { timeout: 60_000 }),
    )
    await delay(betweenRoundsMs)
  }
  const window = Math.floor((Date.now() - from) / 1_000)
  const { data } = await client.get('/api/prometheus/targets', { query: { state: 'active' } })
  seen.scrapes.due += data.activeTargets.reduce((sum, { scrapeInterval }) => sum + (window * 1_000) / parseDurationMs(scrapeInterval), 0)
  seen.scrapes.made += await scalar(client, `sum(count_over_time(up[${window}s]))`)
}

function rowsOf({ took, failures, echoes, spanAges, scrapes }: Seen, scenarios: number): Row[] {
  const timesOf = ([name, times]: [string, number[]]): Row[] => {
    if (name === command) {
      return [
        atMost(`${name}: p50`, quantile(times, 0.5), 'ms', commandBarMs),
        told(`${name}: p95`, quantile(times, 0.95), 'ms'),
        atMost(`${name}: slowest`, Math.max(...times), 'ms', 2_000),
      ]
    }
    return [
      told(`${name}: p50`, quantile(times, 0.5), 'ms'),
      atMost(`${name}: p95`, quantile(times, 0.95), 'ms', 1_000),
      atMost(`${name}: slowest`, Math.max(...times), 'ms', 2_000),
    ]
  }
  return [
    told('incidents', scenarios),
    ...[...took].flatMap(timesOf),
    ...(echoes.length > 0 ? [atMost("a key's echo in the terminal: p95", quantile(echoes, 0.95), 'ms', 150)] : []),
    atMost('questions without an answer', failures.length, failures[0] ?? '', 0),
    atMost('age of the newest span: p95', quantile(spanAges, 0.95), 's', 5),
    atMost('age of the newest span: oldest', Math.max(...spanAges), 's', 5),
    atMost("Prometheus' scrapes missed", 100 * Math.max(0, 1 - scrapes.made / scrapes.due), '%', 2),
  ]
}

const lately = (limit: number) => {
  const to = Date.now()
  return { from: to - lookBackMs, to, limit }
}

async function newestTrace(client: Client): Promise<{ traceId: string; startMs: number; durationMs: number } | null> {
  const { traces } = await client.get('/api/telemetry/traces', { query: lately(1) })
  return traces[0] ?? null
}

const instant = (client: Client, query: string) => client.get('/api/prometheus/query', { query: { query } })
const scalar = async (client: Client, query: string): Promise<number> =>
  Number(seriesIn((await instant(client, query)).data)[0]?.value[1] ?? Number.NaN)
