import { FiredrillError } from '../../model/errors.ts'
import { difficulties, type Scenario, type ScenarioCard } from '../../model/scenario.ts'
import { drawnScenario, scenarioOf, variantFor } from '../../drills/variants.ts'
import { countScenarios } from '../../drills/counts.ts'
import { scoreDrill } from '../../drills/scoring.ts'
import { isHidden } from '../blind.ts'
import { playableHere } from '../playable.ts'
import type { Ledger } from '../ledger.ts'
import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** The scenarios that can be played, and for instructors what is in them. While a blind drill runs, trainees are told none. */
export function scenarioRoutes(app: Api, { scenarios, ledger, range, engine, shells }: ApiContext): void {
  const counts = countScenarios([...scenarios.values()])
  serve(app, 'GET /api/scenarios', async (request) => {
    // A trainee can read nothing that reveals what is played.
    if (request.role !== 'instructor' && isHidden(engine.running())) return { scenarios: [], closed: true, counts }
    const played = playedDrills(ledger, scenarios)
    const playable = await playableHere(range, shells)
    const easiestFirst = [...scenarios.values()].toSorted(
      (a, b) =>
        Number(playable(b)) - Number(playable(a)) ||
        difficulties.indexOf(a.difficulty) - difficulties.indexOf(b.difficulty) ||
        a.title.localeCompare(b.title),
    )
    return {
      scenarios: easiestFirst.map((scenario) => ({
        ...card(scenario, played, playable(scenario)),
        ...(request.role === 'instructor' ? { variants: (scenario.variants ?? []).map(({ name }) => name) } : {}),
      })),
      closed: false,
      counts,
    }
  })

  serve(app, 'GET /api/scenarios/:id/plan', { access: 'instructor' }, async (request) => {
    const { seed, variant } = request.query
    const scenario = scenarios.get(request.params.id)
    if (!scenario) throw new FiredrillError('not-found', `there is no scenario '${request.params.id}'`)
    return asPlanned(drawnScenario(scenario, { seed, variant: variantFor(scenario, seed, variant) }))
  })
}

/** The values drawn for a scenario, or for the incidents of a shift, without the seed. */
export function asPlanned(drawn: Scenario) {
  const { incidents, ...planned } = drawnOnce(drawn)
  if (!incidents) return planned
  return { ...planned, incidents: incidents.map(({ scenario, ...rest }) => ({ ...rest, scenario: drawnOnce(scenario) })) }
}
const drawnOnce = ({ versions: _versions, ...drawn }: Scenario): Omit<Scenario, 'versions'> => drawn

interface Played {
  drill: string
  scenario: string
  score: number
}

function playedDrills(ledger: Ledger, scenarios: ReadonlyMap<string, Scenario>): Played[] {
  return ledger.drills().flatMap((id) => {
    const state = ledger.drill(id)
    const scenario = state && scenarioOf(scenarios, state)
    if (!state || !scenario || state.phase !== 'finished' || state.mode === 'rehearsal') return []
    return [{ drill: id, scenario: state.scenario, score: scoreDrill(state, scenario).total }]
  })
}

/** What a trainee may see: nothing of the timeline, the cause, the hints or the solution. */
function card(scenario: Scenario, played: Played[], playable: boolean): ScenarioCard {
  const mine = played.filter((entry) => entry.scenario === scenario.id)
  const best = mine.toSorted((a, b) => b.score - a.score)[0]
  return {
    id: scenario.id,
    title: scenario.title,
    summary: scenario.summary,
    difficulty: scenario.difficulty,
    skills: scenario.skills,
    parMs: scenario.milestones.recovered.par,
    limitMs: scenario.limit,
    story: scenario.story,
    best: best ? { score: best.score, drill: best.drill } : null,
    plays: mine.length,
    playable,
  }
}
