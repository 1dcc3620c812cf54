import type { DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'

/**
 * The scenario that trains most of what somebody has not practised: of those never started, if there are any, the ones with the largest share of new
 * skills. A random one among equals, so that the choice does not reveal it. Null if there is none to choose from.
 *
 * @param drills what this person has played, in any order.
 * @param random from 0 to 1, excluding 1.
 */
export function surpriseFor(scenarios: readonly Scenario[], drills: readonly DrillState[], random: () => number): Scenario | null {
  const begun = new Map<string, number>()
  for (const { scenario, startedAt } of drills) begun.set(scenario, Math.max(startedAt, begun.get(scenario) ?? 0))
  const fresh = scenarios.filter(({ id }) => !begun.has(id))
  if (fresh.length === 0) {
    // The one played longest ago is remembered least.
    return scenarios.toSorted((a, b) => (begun.get(a.id) ?? 0) - (begun.get(b.id) ?? 0))[0] ?? null
  }
  const practised = new Set(scenarios.filter(({ id }) => begun.has(id)).flatMap(({ skills }) => skills))
  const news = ({ skills }: Scenario): number => skills.filter((skill) => !practised.has(skill)).length / skills.length
  const most = Math.max(...fresh.map(news))
  const best = fresh.filter((scenario) => news(scenario) === most)
  return best[Math.floor(random() * best.length)] ?? null
}
