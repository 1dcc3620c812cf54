import { Coach } from './coach.ts'
import { DrillEngine } from './drill-engine.ts'
import { GameDays } from './game-days.ts'
import { Injector } from './injector.ts'
import { Ledger } from './ledger.ts'
import { alertsIn } from './alert-reconciliation.ts'
import { KeptOrders } from './kept-orders.ts'
import { KeptRequests, keptTogether } from './kept-requests.ts'
import { LoadDriver } from './load-driver.ts'
import { looksOf } from './looks.ts'
import { shellsOf } from './shells.ts'
import { People } from './people.ts'
import { startSampler } from './sampler.ts'
import { createServer } from './server.ts'
import { playedWith, shiftsOf } from './shifts.ts'
import { codeOf, soundScenarios } from './sound-scenarios.ts'
import { surviveFullDisk } from './full-disk.ts'
import { keep } from './reaper/keep.ts'
import { watching } from '../range/targets/local/watching.ts'
import { projectRoot } from './paths.ts'
import { scenariosOf } from './packs.ts'
import { openLocalRange, rangeOf } from './wiring.ts'

surviveFullDisk()
const dir = process.env['FIREDRILL_DIR']
if (!dir) throw new Error('FIREDRILL_DIR is not set: start the control plane with firedrill up')

const target = openLocalRange(dir)
const { context } = target
const range = rangeOf(target)
const load = new LoadDriver(range)
const ordered = { ...range, load: load.ordered }
const ledger = new Ledger(dir)
const injector = new Injector(ordered, ledger)
const sound = soundScenarios(dir, codeOf(process.argv[1] ?? ''))
const scenarios = scenariosOf(
  projectRoot,
  dir,
  ({ message }) => process.stderr.write(`left out until it is fixed and the range restarted: ${message}\n`),
  (folder) => sound.load(folder),
)
const shifts = shiftsOf(projectRoot, scenarios, ({ message }) =>
  process.stderr.write(`left out until it is fixed and the range restarted: ${message}\n`),
)
const played = playedWith(scenarios, shifts)
const watched = watching(range, context)
const sampler = startSampler(
  watched,
  {
    locustMetrics: `http://127.0.0.1:${context.port('locust')}/locust/metrics`,
    catalog: `http://127.0.0.1:${context.port('catalog')}`,
  },
  () => engine.running() !== null || ledger.openFaults().length > 0,
)
const engine = new DrillEngine({
  range: ordered,
  ledger,
  injector,
  sampler,
  scenarios: played,
  alerts: () => alertsIn(`http://127.0.0.1:${context.port('alertmanager')}/alertmanager`),
  kept: keptTogether(
    new KeptRequests(`http://127.0.0.1:${context.port('locust')}/locust/kept`),
    new KeptOrders(`http://127.0.0.1:${context.port('locust')}/locust/ordered`, range.database),
  ),
  load,
})
const coach = new Coach({ dir, engine, ledger, scenarios: played })
const gameDays = new GameDays(ledger, engine, played)
const people = new People(gameDays)
const looks = looksOf(engine)
const shells = shellsOf({ context, range, engine, looks })
const app = await createServer({
  context,
  range,
  ledger,
  injector,
  sampler,
  engine,
  load,
  scenarios,
  shifts,
  gameDays,
  people,
  looks,
  shells,
})

await app.listen({ host: context.config.console.listen, port: context.port('control') })
process.stdout.write(`control plane listens on ${context.port('control')}\n`)
// Listens before this is done: reverting may take a while when the range is unhealthy.
engine
  .resume()
  .then(() => coach.takeUp())
  .catch((error: unknown) => process.stderr.write(`resuming: ${String(error)}\n`))
sound.keep()
// Summaries of earlier drills, before somebody asks; one after another, so that no request waits.
const summarised = (async () => {
  for (const id of ledger.drills()) {
    ledger.drill(id)
    await new Promise((resolve) => setImmediate(resolve))
  }
})().catch((error: unknown) => process.stderr.write(`earlier drills: ${String(error)}\n`))
const keeper = keep((name) => target.revive(name), ['reaper', 'supervisor'], 1_000)
// Long before they expire.
const rotation = setInterval(() => {
  // In a cluster, Istio renews them.
  if (range.lacks.includes('certificates')) return
  range.mesh.rotateDue().catch((error: unknown) => process.stderr.write(`renewing certificates: ${String(error)}\n`))
}, 600_000)

async function stop(): Promise<void> {
  clearInterval(rotation)
  keeper.stop()
  void load.stop()
  sampler.stop()
  engine.stop()
  await shells[Symbol.asyncDispose]()
  await watched[Symbol.asyncDispose]()
  await app.close()
  await engine.settled()
  await summarised
  coach[Symbol.dispose]()
  ledger[Symbol.dispose]()
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
