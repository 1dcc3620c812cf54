import path from 'node:path'
import { coachParameters } from '../coach/parameters.ts'
import { helps, personaNamed, personas, type Help, type Persona } from '../coach/personas.ts'
import { decide } from '../coach/policy.ts'
import { ReplayPlane } from '../control/replay/plane.ts'
import type { PlayedDrill } from '../control/replay/played-drill.ts'
import { readRecording, type Recording } from '../control/replay/recording.ts'
import { projectRoot } from '../control/paths.ts'
import { loadScenarios } from '../drills/scenarios.ts'
import { loadShifts } from '../drills/shifts/read.ts'
import type { DrillEvent } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { atLeast, atMost, exactly, mean, quantile, told, type Benchmark, type Row } from './benchmark.ts'

/** `BENCH_SEEDS` sets how often each combination is played. */
const seeds = Array.from({ length: Number(process.env['BENCH_SEEDS'] ?? 3) }, (_, index) => index + 1)
/** The telemetry of real rehearsals: `firedrill verify --record bench/recordings`. */
const recordings = path.join(projectRoot, 'bench', 'recordings')

/** No fault lasts longer than an hour, of which a minute is grace. */
const longestDrillMs = 59 * 60_000

/** Simulated trainees over the real API, on a simulated clock, against the telemetry of real rehearsals. */
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
    // With a limit that hardly anybody reaches, so that a trainee who would not have finished counts with the time that he would have taken.
    say('novice, with all the time there is')
    const unhurried = new Map([...scenarios].map(([id, scenario]) => [id, { ...scenario, limit: longestDrillMs }]))
    await using patient = new ReplayPlane({ root: projectRoot, scenarios: unhurried, recordings: recorded })
    const alone = medianMinutes(await all(patient, personaNamed('novice'), 'none'))
    rows.push(told('novice: median time without hints, within an hour', alone, 'min'))
    rows.push(atLeast('novice: time saved', 100 * (1 - medianMinutes(novice) / alone), '%', 40))
    const tells = novice.map(({ state }) => state.hints.filter(({ rung }) => rung === 'tell').length / 5)
    rows.push(atMost('novice: milestones that needed the last rung', 100 * mean(tells), '%', 40))
    rows.push(...(await shiftRows(scenarios, recorded, say)))
    rows.push(exactly('hint gamer: rungs sooner than the pause', tooSoon(of('hint gamer')), '', 0))
    rows.push(atMost('a decision, p99', decisionMs(novice, scenarios), 'ms', 5))
    return rows
  },
}

/** Every shift, with every persona: each finishes, and gets few unrequested messages. */
async function shiftRows(
  scenarios: ReadonlyMap<string, Scenario>,
  recordings: ReadonlyMap<string, Recording>,
  say: (line: string) => void,
): Promise<Row[]> {
  const shifts = loadShifts(path.join(projectRoot, 'shifts'), scenarios)
  await using plane = new ReplayPlane({ root: projectRoot, scenarios, recordings, shifts })
  const all: { persona: string; played: PlayedDrill }[] = []
  for (const persona of personas) {
    say(`${persona.name}: ${shifts.size * seeds.length} shifts`)
    for (const id of shifts.keys())
      for (const seed of seeds) all.push({ persona: persona.name, played: await plane.playShift(id, persona, 'coach', seed) })
  }
  const of = (name: string): PlayedDrill[] => all.flatMap(({ persona, played }) => (persona === name ? [played] : []))
  return [
    ...personas.map(({ name }) => atLeast(`${name}: shifts completed with the coach`, share(of(name)), '%', 100)),
    atMost(
      'expert: unasked words in any two minutes of a shift',
      Math.max(...of('expert').map(({ events }) => mostUnasked(events))),
      '',
      1,
    ),
    exactly(
      'words in shifts that came within 10 s of another voice',
      all.reduce((sum, { played }) => sum + tooClose(played.events), 0),
      '',
      0,
    ),
  ]
}

/** Messages of the coach and of people that nobody asked for, apart from thanks. */
const unaskedIn = (events: readonly DrillEvent[]): DrillEvent[] =>
  events.filter(
    (event) =>
      (event.type === 'hint-given' && event.reason !== 'asked') ||
      (event.type === 'person-said' && event.about !== 'answer' && event.about !== 'thanks'),
  )

const mostUnasked = (events: readonly DrillEvent[]): number => {
  const unasked = unaskedIn(events)
  return Math.max(0, ...unasked.map(({ at }) => unasked.filter((other) => other.at >= at && other.at < at + 120_000).length))
}

/** How often somebody spoke within 10 s of somebody else, apart from requested messages. */
const tooClose = (events: readonly DrillEvent[]): number => {
  const voices = events.filter(({ type }) => type === 'person-said' || type === 'coach-said' || type === 'hint-given')
  return voices.filter((event, index) => {
    const before = voices[index - 1]
    const asked = event.type === 'hint-given' && event.reason === 'asked'
    const isOther = event.type === 'person-said' || before?.type === 'person-said'
    return before !== undefined && !asked && isOther && event.at - before.at < 10_000
  }).length
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

/** How long the policy takes for each drill in its final state, when it has most to process. */
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
