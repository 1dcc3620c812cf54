import { spawn } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { componentNames, shopComponentNames, type ComponentName } from '../model/components.ts'
import { describeError } from '../model/errors.ts'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { projectRoot } from '../control/paths.ts'
import { mustBeOrdered } from '../control/simulation/ordered.ts'
import { loadScenarios } from '../drills/scenarios.ts'
import { send } from '../range/targets/local/process.ts'
import { orphansOf } from '../range/targets/local/strays.ts'
import { numbersFrom } from '../model/seeded.ts'
import { until } from '../model/until.ts'
import { atMost, atRest, brokenPromises, exactly, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'

const drills = Number(process.env['BENCH_CHAOS'] ?? 100)
const seed = Number(process.env['BENCH_SEED'] ?? Date.now() % 1_000_000)
const restMs = 180_000
const hungMs = 10_000
const controllers = ['control', 'reaper', 'telemetry-store', 'prometheus', 'alertmanager', 'locust'] as const

/** When: at any moment, while the fault is injected, or just before the drill is aborted, so that the restore meets it. */
const aims = ['any moment', 'injection', 'end'] as const

/** A disturbance in the middle of a drill. Resolves when it is over. */
type Disturbance = { what: string; play: () => Promise<void> }

const pause = (ms: number) => delay(ms)

/** Unexpected disturbances at random moments of many drills; after each, the range has to be as before, and to start the next one. */
export const chaosBenchmark: Benchmark = {
  name: 'chaos',
  title: `${drills} drills, each disturbed at a random moment (BENCH_SEED=${seed})`,
  async run(context) {
    const { client, say, state } = context
    const random = numbersFrom(seed)
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
    const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))
    const { scenarios: cards } = await client.get('/api/scenarios')
    const playable = cards.filter((scenario) => scenario.playable)
    const starts: number[] = []
    const broken: string[] = []
    for (let round = 1; round <= drills; round++) {
      const scenario = pick(playable).id
      const aim = pick(aims)
      const disturbance = pick(disturbances(context, pick, random))
      const injectedAt = scenarios.get(scenario)?.timeline[0]?.at ?? 0
      // Around the injection, so that the suspended component may be one that the fault needs.
      const after = aim === 'injection' ? Math.max(0, injectedAt - 1_000) + random() * 2_000 : random() * 20_000
      const rest = aim === 'end' ? random() * 500 : random() * 10_000
      const problems = await playOne(context, { scenario, disturbance, after, rest, starts }).catch((error: unknown) => [String(error)])
      say(
        `  ${round} ${scenario}, ${disturbance.what} after ${(after / 1_000).toFixed(1)} s (${aim}): ${problems.join('; ') || 'as before'}`,
      )
      broken.push(...problems.map((problem) => `${round} ${scenario}: ${problem}`))
    }
    const integrity = wholeLedger(state.dir)
    return [
      told('drills', drills),
      exactly('found after them that was not as before', broken.length, '', 0),
      exactly('events out of order, or damage to the ledger', integrity, '', 0),
      atMost('until the next drill started, slowest', Math.max(...starts) / 1_000, 's', 30),
      told('until the next drill started, median', quantile(starts, 0.5) / 1_000, 's'),
    ]
  },
}

interface Round {
  scenario: string
  disturbance: Disturbance
  /** Milliseconds from the drill's start to the disturbance, and from there to the drill's end. */
  after: number
  rest: number
  starts: number[]
}

/** Plays one drill; resolves to what differs from before. */
async function playOne(context: BenchContext, { scenario, disturbance, after, rest, starts }: Round): Promise<string[]> {
  const { client, state } = context
  await atRest(context)
  const askedAt = Date.now()
  const drill = await startWhenSteady(client, { scenario, mode: 'rehearsal', trainee: 'bench' }, 60_000)
  starts.push(Date.now() - askedAt)
  // Once it has started: what the previous drill's player left is reset first.
  const { events } = await client.get('/api/drills/:id', { id: drill.id })
  const before = events.find((event) => event.type === 'drill-started')?.fingerprint
  await pause(after)
  const over = disturbance.play()
  // It is awaited below.
  over.catch(() => {})
  await pause(rest)
  // The suspended component may be the one that answers.
  await until('the drill to be aborted', restMs, () => ended(context, drill.id), 500)
  await over
  const problems: string[] = []
  const check = async (what: string, holds: () => Promise<boolean>) =>
    until(what, restMs, () => holds().catch(() => false), 500).catch((error: unknown) => problems.push(String(error)))
  await check('no fault to be in', async () => (await client.get('/api/faults')).open.length === 0)
  await check('the range to be as before', async () => (await client.get('/api/fingerprint')).hash === before)
  await atRest(context).catch((error: unknown) => problems.push(String(error)))
  const told = (await client.get('/api/drills/:id', { id: drill.id })).events
  try {
    mustBeOrdered(told)
  } catch (error) {
    problems.push(`events: ${describeError(error)}`)
  }
  const orders = await brokenPromises(client)
  if (orders > 0) problems.push(`${orders} orders are lost or doubled`)
  // A command of the control plane's own may be under way.
  await check('every process to be one on record', async () => orphans(state).length === 0)
  return problems
}

/** Whether the drill is over, by our request or because it was void. */
async function ended({ client }: BenchContext, drill: string): Promise<boolean> {
  await client.post('/api/drills/:id/abort', { id: drill }).catch(() => {})
  const view = await client.get('/api/drills/:id', { id: drill }).catch(() => null)
  return view !== null && view.drill.endedAt !== null
}

function disturbances({ state }: BenchContext, pick: <Item>(items: readonly Item[]) => Item, random: () => number): Disturbance[] {
  const pid = (name: ComponentName) => state.run(name)?.pid
  const signal = (name: ComponentName, which: NodeJS.Signals) => {
    const found = pid(name)
    // It may be gone, which is enough of a disturbance.
    if (found !== undefined) send(found, which)
  }
  const kill = (name: ComponentName): Disturbance => ({ what: `${name} killed`, play: async () => signal(name, 'SIGKILL') })
  const hang = (name: ComponentName, ms = 2_000 + random() * hungMs): Disturbance => ({
    what: `${name} hung for ${(ms / 1_000).toFixed(1)} s`,
    play: async () => {
      const held = pid(name)
      if (held === undefined) return
      send(held, 'SIGSTOP')
      await pause(ms)
      send(held, 'SIGCONT')
    },
  })
  return [
    kill(pick(controllers)),
    hang(pick(controllers)),
    kill(pick(shopComponentNames)),
    hang(pick(shopComponentNames)),
    hang(pick(['rabbitmq', 'postgres', 'redis'])),
    { what: 'a busy core', play: () => child(process.execPath, ['-e', `const end = Date.now() + ${hungMs}; while (Date.now() < end);`]) },
    {
      what: 'no room on the disk for the control plane',
      play: async () => {
        const limited = pid('control')
        if (limited === undefined) return
        await child('prlimit', ['--pid', String(limited), '--fsize=1024:unlimited'])
        await pause(hungMs)
        await child('prlimit', ['--pid', String(limited), '--fsize=unlimited:unlimited'])
      },
    },
    {
      what: 'control plane and reaper killed at once',
      play: async () => {
        signal('control', 'SIGKILL')
        signal('reaper', 'SIGKILL')
      },
    },
  ]
}

const child = (program: string, args: readonly string[]) =>
  new Promise<void>((resolve, reject) => {
    spawn(program, args, { stdio: 'ignore' })
      .once('error', reject)
      .once('exit', () => resolve())
  })

/** Processes of the range that none of its records has. */
function orphans(state: BenchContext['state']): number[] {
  const names = [...componentNames, ...state.jobs().map((id) => `job-${id}` as const)]
  const records = names.flatMap((name) => state.run(name) ?? [])
  return orphansOf(state.config().id, records).filter((pid) => pid !== process.pid)
}

/** How much is wrong with the ledger: what SQLite finds, and events of a drill that are out of order. */
function wholeLedger(dir: string): number {
  using ledger = new DatabaseSync(path.join(dir, 'control', 'ledger.db'), { readOnly: true })
  const found = ledger.prepare('PRAGMA integrity_check').all()
  const sound = found.length === 1 && Object.values(found[0] ?? {})[0] === 'ok'
  const last = new Map<string, number>()
  let wrong = 0
  for (const { drill, at } of ledger.prepare('SELECT drill, at FROM events ORDER BY rowid').iterate()) {
    if (Number(at) < (last.get(String(drill)) ?? 0)) wrong++
    last.set(String(drill), Number(at))
  }
  return wrong + (sound ? 0 : 1)
}
