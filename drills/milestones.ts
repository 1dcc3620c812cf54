import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { MilestoneName, Scenario } from '../model/scenario.ts'
import type { Verdict } from './checks/registry.ts'

/** A verdict with its time; the engine keeps the last few. */
export interface TimedVerdict extends Verdict {
  at: number
  /** The number of the last event by then: clocks may be set back, numbers may not. */
  after: number
}

/** How long users must be served before a mitigation counts, and the range be healthy before a recovery does. */
const mitigatedAfterMs = 8_000
const recoveredAfterMs = 12_000

/**
 * The milestones that events and telemetry prove and that have not been reached yet, with their evidence. For an incident of a shift, `all` has the
 * events of the shift: any change in it counts.
 */
export function provenMilestones(
  state: DrillState,
  events: readonly DrillEvent[],
  verdicts: readonly TimedVerdict[],
  scenario: Scenario,
  all: readonly DrillEvent[] = events,
): { milestone: MilestoneName; evidence: string }[] {
  // The state of users before anybody was paged says nothing about the response.
  const sincePage = verdicts.filter(({ at }) => at >= (state.pagedAt ?? Infinity))
  // Samples before a change say nothing about the range since.
  const changedBy = all.findLast(changes)?.id ?? 0
  const isSeen = (verdicts.at(-1)?.after ?? 0) >= changedBy
  const proofs: Record<MilestoneName, () => string | null> = {
    acknowledged: () => (events.some((event) => event.type === 'page-acknowledged') ? 'the page was acknowledged' : null),
    located: () => {
      const view = events.find(
        (event) =>
          event.type === 'place-viewed' &&
          scenario.located.some((place) => place.view === event.view && place.component === event.component),
      )
      if (view?.type === 'place-viewed') return `looked at ${view.detail}`
      // Knowing the cause implies having located it.
      const named = rightCause(events)
      return named ? `named ${named.component} as the cause` : null
    },
    diagnosed: () => {
      const named = rightCause(events)
      return named ? `named ${named.component} (${named.category})` : null
    },
    mitigated: () =>
      state.wasBroken &&
      isSeen &&
      heldFor(sincePage, mitigatedAfterMs, (verdict) => verdict.usersFine) &&
      // Again, and not still: a fault may take a while to affect users.
      (verdicts.some((verdict) => !verdict.usersFine) || heldFor(sincePage, mitigatedAfterMs, (verdict) => verdict.healthy))
        ? 'users are served again'
        : null,
    recovered: () =>
      state.wasBroken &&
      isSeen &&
      state.milestones.mitigated !== null &&
      state.firing.length === 0 &&
      heldFor(sincePage, recoveredAfterMs, (verdict) => verdict.healthy)
        ? 'every check passes and no page fires'
        : null,
  }
  return (Object.keys(proofs) as MilestoneName[]).flatMap((milestone) => {
    if (state.milestones[milestone] !== null) return []
    const evidence = proofs[milestone]()
    return evidence === null ? [] : [{ milestone, evidence }]
  })
}

function rightCause(events: readonly DrillEvent[]) {
  const named = events.find((event) => event.type === 'cause-named' && event.correct)
  return named?.type === 'cause-named' ? named : null
}

/** Whether an event may have changed the range. */
const changes = (event: DrillEvent): boolean =>
  event.type === 'fault-injected' || ((event.type === 'action-run' || event.type === 'command-run') && event.kind === 'change')

/** Whether every verdict of the last `ms` passes, and there are enough of them. */
function heldFor(verdicts: readonly TimedVerdict[], ms: number, passes: (verdict: TimedVerdict) => boolean): boolean {
  const last = verdicts.at(-1)
  if (!last) return false
  const window = verdicts.filter((verdict) => last.at - verdict.at <= ms)
  const covers = window[0] !== undefined && last.at - window[0].at >= ms * 0.75
  return covers && window.every(passes)
}

/** Whether a named cause is the scenario's, from any side that its author accepts. */
export const isCause = (scenario: Scenario, component: string, category: string): boolean =>
  [scenario.cause, ...scenario.cause.accept].some((cause) => cause.component === component && cause.category === category)

/** Why the author calls this action harmful here, or null if it is not. Params that the author gives must match. */
export function harmOf(scenario: Scenario, action: string, params: Record<string, unknown>): string | null {
  const match = scenario.harmful.find(
    (harmful) => harmful.action === action && Object.entries(harmful.params).every(([key, value]) => params[key] === value),
  )
  return match?.why ?? null
}
