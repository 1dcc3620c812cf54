import type { Incident, Scenario } from '../../model/scenario.ts'
import { beginsAt, inOrderOfBeginning, type Shift, type SlowBurn } from '../../model/shift.ts'
import type { People } from '../../model/people.ts'
import { drawnScenario, variantFor } from '../variants.ts'

/** The scenarios that incidents may be, by id. They may be read when they are asked for. */
export type KnownScenarios = Pick<ReadonlyMap<string, Scenario>, 'get' | 'has' | 'keys'>

const mostKept = 16

/**
 * A shift in the engine's form: as a scenario whose timeline has the faults of all its incidents, and its noise. Each incident is in `incidents`. A
 * seed draws the incidents' variants, as in any drill.
 */
export function playedShift(shift: Shift, scenarios: KnownScenarios, people: People | null): Scenario {
  const kept = new Map<number, Scenario>()
  const versions = {
    of({ seed }: { seed: number }): Scenario {
      const known = kept.get(seed)
      if (known) return known
      if (kept.size >= mostKept) kept.clear()
      const drawn = { ...compose(shift, drawnFor(shift, scenarios, seed), people), versions }
      kept.set(seed, drawn)
      return drawn
    },
  }
  return versions.of({ seed: 0 })
}

/** The scenarios of a shift, in the order of its incidents. */
function drawnFor(
  { incidents }: Shift,
  scenarios: KnownScenarios,
  seed: number,
): (Pick<Incident, 'at' | 'breaks' | 'urgency' | 'scenario'> & { slowBurn: SlowBurn | undefined })[] {
  return inOrderOfBeginning({ incidents }).map((incident) => {
    const { slowBurn, breaks, urgency, scenario: id, variant: wanted } = incident
    const planned = scenarios.get(id)
    if (!planned) throw new Error(`a shift that was read has no scenario '${id}'`)
    const scenario = drawnScenario(planned, { seed, variant: variantFor(planned, seed, wanted) })
    // The people, and what may be eased, are the shift's.
    return { at: beginsAt(incident), slowBurn, breaks, urgency, scenario: { ...scenario, people: undefined, ease: undefined } as Scenario }
  })
}

/** The first step of an incident that begins at `at`: for a slow burn, earlier and weaker. */
const firstStep = (step: Scenario['timeline'][number], at: number, slowBurn: SlowBurn | undefined): Scenario['timeline'][number] =>
  slowBurn ? { ...step, at: at + step.at - slowBurn.for, params: { ...step.params, ...slowBurn.params } } : { ...step, at: at + step.at }

function compose(shift: Shift, drawn: ReturnType<typeof drawnFor>, people: People | null): Scenario {
  const steps = [
    ...drawn.flatMap(({ at, slowBurn, scenario }, index) =>
      scenario.timeline.map((step, own) => ({
        planned: own === 0 ? firstStep(step, at, slowBurn) : { ...step, at: at + step.at },
        index,
        own,
      })),
    ),
    ...shift.noise.map(({ at, fault, params, for: limitMs }) => ({ planned: { at, fault, params, for: limitMs }, index: -1, own: 0 })),
  ].toSorted((a, b) => a.planned.at - b.planned.at)
  const incidents = drawn.map(({ at, slowBurn, breaks, urgency, scenario }, index): Incident => {
    const places = scenario.timeline.map((_, own) => steps.findIndex((step) => step.index === index && step.own === own))
    return { place: index + 1, scenario, at, slowBurn, breaks, urgency, steps: places }
  })
  const all = drawn.map(({ scenario }) => scenario)
  const [first] = all
  if (!first) throw new Error('a shift that was read has no incidents')
  const distinct = (names: readonly string[]): string[] => [...new Set(names)]
  const { id, title, summary, difficulty, limit, brief: story, debrief } = shift
  return {
    id,
    title,
    summary,
    difficulty,
    limit,
    story,
    debrief,
    incidents,
    skills: distinct(all.flatMap(({ skills }) => skills)),
    classes: [],
    traits: [],
    timeline: steps.map(({ planned }) => planned),
    alerts: {
      expected: all.flatMap(({ alerts }) => alerts.expected),
      allowed: distinct([...all.flatMap(({ alerts }) => alerts.allowed), ...shift.noise.flatMap(({ alerts }) => alerts)]),
    },
    cause: first.cause,
    located: [],
    milestones: first.milestones,
    solution: all.flatMap(({ solution }) => solution),
    harmful: all.flatMap(({ harmful }) => harmful),
    runbooks: distinct(all.flatMap(({ runbooks }) => runbooks)),
    ...(people ? { people } : {}),
  }
}
