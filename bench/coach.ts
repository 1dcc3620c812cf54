import path from 'node:path'
import { coachParameters } from '../coach/parameters.ts'
import { helps, personaNamed, personas, type Help, type Persona } from '../coach/personas.ts'
import { decide } from '../coach/policy.ts'
import { ReplayPlane, type PlayedDrill } from '../control/replay/plane.ts'
import { readRecording, type Recording } from '../control/replay/recording.ts'
import { projectRoot } from '../control/paths.ts'
import { loadScenarios } from '../drills/scenarios.ts'
import type { Scenario } from '../model/scenario.ts'
import { atLeast, atMost, exactly, mean, quantile, told, type Benchmark, type Row } from './benchmark.ts'

/** `BENCH_SEEDS` plays each combination so often. */
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 3) }, (_, index) => index + 1)
/** The telemetry of real rehearsals: `firedrill verify --record bench/recordings`. */
const recordings = path.join(projectRoot, 'bench', 'recordings')

/** No fault lasts longer than an hour, of which a minute is grace. */
const longestDrillMs = 59 * 60_000

/** Simulated trainees over the real API, on a clock of their own, against the telemetry of real rehearsals. */
export const coachBenchmark: Benchmark = {
  name: 'coach',
  title: 'simulated trainees with the coach, with a button only, and without hints',
  async run({ say }) {
    const scenarios = loadScenarios(path.join(projectRoot, 'scenarios'))
    const recorded = new Map<string, Recording>()
    for (const id of scenarios.keys()) {
      const found = readRecording(recordings, id)
      if (found) recorded.set(id, found)
    }
    const missing = [...scenarios.keys()].filter((id) => !recorded.has(id))
    if (missing.length > 0) say(`without a recording, and so left out: ${missing.join(', ')}`)
    const all = (plane: ReplayPlane, persona: Persona, help: Help): Promise<PlayedDrill[]> =>
      inTurn([...recorded.keys()].flatMap((id) => seeds.map((seed) => () => plane.play(id, persona, help, seed))))

    const rows: Row[] = [exactly('scenarios played, of those there are', recorded.size, `of ${scenarios.size}`, scenarios.size)]
    const played = new Map<string, Record<Help, PlayedDrill[]>>()
    {
      await using plane = new ReplayPlane({ root: projectRoot, scenarios, recordings: recorded })
      for (const persona of personas) {
        say(`${persona.name}: ${recorded.size * seeds.length * helps.length} drills`)
        const [coach, button, none] = await inTurn(helps.map((help) => () => all(plane, persona, help)))
        if (!coach || !button || !none) throw new Error('each kind of help is played')
        played.set(persona.name, { coach, button, none })
        rows.push(atLeast(`${persona.name}: completed with the coach`, share(coach), '%', 100))
        rows.push(told(`${persona.name}: completed with a button only`, share(button), '%'))
        rows.push(told(`${persona.name}: completed without hints`, share(none), '%'))
        rows.push(told(`${persona.name}: median time with the coach`, medianMinutes(coach), 'min'))
        rows.push(told(`${persona.name}: median time without hints, within the limit`, medianMinutes(none), 'min'))
        rows.push(told(`${persona.name}: hints per drill with the coach`, mean(coach.map(({ state }) => state.hints.length))))
      }
    }
    const of = (name: string): PlayedDrill[] => played.get(name)?.coach ?? []
    const unasked = of('expert').map(({ state }) => state.hints.filter(({ reason }) => reason !== 'asked').length)
    rows.push(atMost('expert: unasked hints per drill', mean(unasked), '', 0.2))
    const novice = of('novice')
    // With a limit that hardly anybody needs, so that who would not have finished is counted with the time that he would have taken.
    say('novice, with all the time there is')
    const unhurried = new Map([...scenarios].map(([id, scenario]) => [id, { ...scenario, limit: longestDrillMs }]))
    await using patient = new ReplayPlane({ root: projectRoot, scenarios: unhurried, recordings: recorded })
    const alone = medianMinutes(await all(patient, personaNamed('novice'), 'none'))
    rows.push(told('novice: median time without hints, within an hour', alone, 'min'))
    rows.push(atLeast('novice: time saved', 100 * (1 - medianMinutes(novice) / alone), '%', 40))
    const tells = novice.map(({ state }) => state.hints.filter(({ rung }) => rung === 'tell').length / 5)
    rows.push(atMost('novice: milestones that needed the last rung', 100 * mean(tells), '%', 40))
    rows.push(exactly('hint gamer: rungs sooner than the pause', tooSoon(of('hint gamer')), '', 0))
    rows.push(atMost('a decision, p99', decisionMs(novice, scenarios), 'ms', 5))
    return rows
  },
}

async function inTurn<Result>(works: (() => Promise<Result>)[]): Promise<Result[]> {
  const results: Result[] = []
  for (const work of works) results.push(await work())
  return results
}

const share = (drills: PlayedDrill[]): number => (100 * drills.filter(({ completed }) => completed).length) / drills.length

const medianMinutes = (drills: PlayedDrill[]): number =>
  quantile(
    drills.map(({ tookMs }) => tookMs / 60_000),
    0.5,
  )

const tooSoon = (drills: PlayedDrill[]): number =>
  drills.flatMap(({ state: { hints } }) =>
    hints.filter((hint, index) => {
      const before = hints[index - 1]
      return before?.milestone === hint.milestone && hint.at - before.at < coachParameters.askPauseMs
    }),
  ).length

/** How long the policy takes over each drill as it stood at its end, when it had most to look at. */
function decisionMs(drills: PlayedDrill[], scenarios: ReadonlyMap<string, Scenario>): number {
  const times = drills.flatMap(({ events, state }) => {
    const scenario = scenarios.get(state.scenario)
    if (!scenario) return []
    const startedAt = performance.now()
    decide({ state: { ...state, phase: 'running' }, events, scenario, now: state.lastEventAt })
    return [performance.now() - startedAt]
  })
  return quantile(times, 0.99)
}
