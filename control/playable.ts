import { isPlayable } from '../drills/scenarios.ts'
import type { Range } from '../model/range.ts'
import { needsTerminal, type Scenario } from '../model/scenario.ts'
import type { Shells } from '../shell/shells.ts'

/** Determines whether a scenario can be played here: on this target, and with terminals if its solution is typed. */
export async function playableHere(range: Pick<Range, 'lacks'>, shells: Pick<Shells, 'trouble'>): Promise<(scenario: Scenario) => boolean> {
  const terminal = (await shells.trouble()) === null
  return (scenario) => isPlayable(scenario, range) && (terminal || !needsTerminal(scenario))
}
