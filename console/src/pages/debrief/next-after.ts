import { difficulties, milestoneNames, type ScenarioCard } from '../../../../model/scenario.ts'
import type { Debrief } from './debrief.ts'

const mostNext = 3

/** The weak points of a drill, and the recommended scenarios: after a weak drill those with the same skills, after a good one new or harder ones. */
export function nextAfter(
  played: string,
  score: Debrief['score'],
  scenarios: readonly ScenarioCard[],
): { weak: string[]; next: (ScenarioCard & { shared: string[] })[] } {
  const weak = score.lines
    .filter(
      ({ what, tookMs, parMs }) =>
        (milestoneNames as readonly string[]).includes(what) && parMs !== null && (tookMs === null || tookMs > parMs),
    )
    .map(({ what }) => what)
  const own = scenarios.find(({ id }) => id === played)
  const skills = new Set(own?.skills)
  const level = ({ difficulty }: ScenarioCard): number => difficulties.indexOf(difficulty)
  const others = scenarios
    .filter(({ id, playable }) => id !== played && playable)
    .map((scenario) => ({ ...scenario, shared: scenario.skills.filter((skill) => skills.has(skill)) }))
  const order = (a: (typeof others)[number], b: (typeof others)[number]): number =>
    weak.length > 0 ? b.shared.length - a.shared.length || level(a) - level(b) : level(a) - level(b)
  const fits = weak.length > 0 ? others.filter(({ shared }) => shared.length > 0) : others.filter((one) => !own || level(one) >= level(own))
  return { weak, next: fits.toSorted((a, b) => a.plays - b.plays || order(a, b)).slice(0, mostNext) }
}
