import { isPlayable } from '../drills/scenarios.ts'
import type { Range } from '../model/range.ts'
import { needsTerminal, type Scenario } from '../model/scenario.ts'
import type { Shells } from '../shell/shells.ts'

/** Tells of a scenario whether it can be played here: where the shop runs, and in a terminal if it is solved in one. */
export async function playableHere(range: Pick<Range, 'lacks'>, shells: Pick<Shells, 'trouble'>): Promise<(scenario: Scenario) => boolean> {
  const terminal = (await shells.trouble()) === null
  return (scenario) => isPlayable(scenario, range) && (terminal || !needsTerminal(scenario))
}
