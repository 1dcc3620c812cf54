import type { Scenario } from '../model/scenario.ts'
import { difficulties } from '../model/scenario.ts'
import { scenarioClasses, scenarioTraits } from '../model/scenario-kinds.ts'

/** How many scenarios there are, in total and of each kind: a scenario counts in each of its classes. Reveals nothing about a single one. */
export function countScenarios(scenarios: readonly Scenario[]) {
  const count = (fits: (scenario: Scenario) => boolean): number => scenarios.filter(fits).length
  const each = <Name extends string>(names: readonly Name[], fits: (scenario: Scenario, name: Name) => boolean) =>
    // Safe: an entry for each name.
    Object.fromEntries(names.map((name) => [name, count((scenario) => fits(scenario, name))])) as Record<Name, number>
  const families = Map.groupBy(scenarios, ({ family }) => family)
  return {
    scenarios: scenarios.length,
    difficulties: each(difficulties, ({ difficulty }, name) => difficulty === name),
    classes: each(scenarioClasses, ({ classes }, name) => classes.includes(name)),
    traits: each(scenarioTraits, ({ traits }, name) => traits.includes(name)),
    /** Families of three or more. */
    families: [...families].filter(([name, members]) => name !== undefined && members.length >= 3).length,
    /** With three variants or more. */
    varied: count(({ variants = [] }) => variants.length >= 3),
  }
}
