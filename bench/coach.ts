import path from 'node:path'
import { coachParameters } from '../coach/parameters.ts'
import { decide } from '../coach/policy.ts'
import { personaNamed, personas, simulate, type Help, type Persona, type Played } from '../coach/simulation.ts'
import { projectRoot } from '../control/wiring.ts'
import { loadScenarios } from '../drills/scenarios.ts'
import { foldDrill } from '../model/drill.ts'
import { atLeast, atMost, exactly, mean, quantile, told, type Benchmark, type Row } from './benchmark.ts'

const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

/** Simulated trainees on a clock of their own: the policy is the real one, the trainees are seeded guesses. */
export const coachBenchmark: Benchmark = {
  name: 'coach',
  title: 'simulated trainees with the coach, with a button only, and without hints',
  async run({ say }) {
    const scenarios = [...loadScenarios(path.join(projectRoot, 'scenarios')).values()]
    const play = (persona: Persona, help: Help): Played[] =>
      scenarios.flatMap((scenario) => seeds.map((seed) => simulate(scenario, persona, help, seed)))
    const rows: Row[] = []
    const played = new Map<string, Record<Help, Played[]>>()
    for (const persona of personas) {
      say(`${persona.name}: ${scenarios.length * seeds.length * 3} drills`)
      const all = { coach: play(persona, 'coach'), button: play(persona, 'button'), none: play(persona, 'none') }
      played.set(persona.name, all)
      const share = (drills: Played[]) => (100 * drills.filter(({ completed }) => completed).length) / drills.length
      rows.push(atLeast(`${persona.name}: completed with the coach`, share(all.coach), '%', 100))
      rows.push(told(`${persona.name}: completed with a button only`, share(all.button), '%'))
      rows.push(told(`${persona.name}: completed without hints`, share(all.none), '%'))
      rows.push(told(`${persona.name}: median time with the coach`, medianMinutes(all.coach), 'min'))
      rows.push(told(`${persona.name}: median time without hints, within the limit`, medianMinutes(all.none), 'min'))
      rows.push(told(`${persona.name}: hints per drill with the coach`, mean(all.coach.map(({ hints }) => hints.length))))
    }
    const of = (name: string) => {
      const found = played.get(name)
      if (!found) throw new Error(`there is no persona '${name}'`)
      return found
    }
    const unasked = of('expert').coach.map(({ hints }) => hints.filter(({ reason }) => reason !== 'asked').length)
    rows.push(atMost('expert: unasked hints per drill', mean(unasked), '', 0.2))
    const novice = of('novice')
    // Without a limit, so that who would not have finished is counted with the time that he would have taken.
    const unlimited = scenarios.flatMap((scenario) =>
      seeds.map((seed) => simulate({ ...scenario, limit: scenario.limit * 20 }, personaNamed('novice'), 'none', seed)),
    )
    rows.push(told('novice: median time without hints and without a limit', medianMinutes(unlimited), 'min'))
    rows.push(atLeast('novice: time saved', 100 * (1 - medianMinutes(novice.coach) / medianMinutes(unlimited)), '%', 40))
    const tells = novice.coach.map(({ hints }) => hints.filter(({ rung }) => rung === 'tell').length / 5)
    rows.push(atMost('novice: milestones that needed the last rung', 100 * mean(tells), '%', 40))
    rows.push(exactly('hint gamer: rungs sooner than the pause', tooSoon(of('hint gamer').coach), '', 0))
    rows.push(atMost('a decision, p99', decisionMs(of('novice').coach, scenarios[0]?.id ?? ''), 'ms', 5))
    return rows

    function decisionMs(drills: Played[], id: string): number {
      const scenario = scenarios.find((known) => known.id === id)
      const times = drills.flatMap(({ events }) => {
        const state = foldDrill(events)
        if (!state || !scenario) return []
        const startedAt = performance.now()
        decide({ state: { ...state, phase: 'running' }, events, scenario, now: state.lastEventAt })
        return [performance.now() - startedAt]
      })
      return quantile(times, 0.99)
    }
  },
}

const medianMinutes = (drills: Played[]): number =>
  quantile(
    drills.map(({ tookMs }) => tookMs / 60_000),
    0.5,
  )

const tooSoon = (drills: Played[]): number =>
  drills.flatMap(({ hints }) =>
    hints.filter((hint, index) => {
      const before = hints[index - 1]
      return before?.milestone === hint.milestone && hint.at - before.at < coachParameters.askPauseMs
    }),
  ).length
