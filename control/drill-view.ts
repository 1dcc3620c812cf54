import type { Role } from '../model/api.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { blindTitle, isHidden } from './blind.ts'
import { publicState, toldEvents } from './told.ts'

/** A drill, running or over, as it is told to a role. */
export function drillView(state: DrillState, events: readonly DrillEvent[], scenario: Scenario | undefined, role: Role | null) {
  const drill = publicState(state)
  const told = toldEvents(events, role)
  if (role !== 'instructor' && isHidden(state)) return { drill, title: blindTitle(state), story: '', runbooks: [], pars: {}, events: told }
  return {
    drill,
    title: scenario?.title ?? state.scenario,
    story: scenario?.story ?? '',
    // They name what may be the matter: before the page, nobody has a reason to read them.
    runbooks: role === 'instructor' || state.pagedAt !== null ? (scenario?.runbooks ?? []) : [],
    pars: scenario ? Object.fromEntries(Object.entries(scenario.milestones).map(([name, milestone]) => [name, milestone.par])) : {},
    events: told,
  }
}
