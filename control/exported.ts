import { incidentsOf } from '../drills/shifts/incidents.ts'
import type { ReadShift } from '../drills/shifts/read.ts'
import { drawnScenario } from '../drills/variants.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'

/** One incident that is over, as a postmortem is written of it. */
export interface ExportedIncident {
  /** Its folder, where there are others beside it; empty for a drill that is no shift. */
  folder: string
  state: DrillState
  events: readonly DrillEvent[]
  scenario: Scenario
}

/** What the team said to itself and to others is of no incident alone: it is told with each that was open then. */
const words = new Set<DrillEvent['type']>(['note-added', 'said', 'status-posted', 'handover-written'])

/** Each incident of a shift that is over, in the order of their pages; those that never paged come last. */
export function incidentsExported(state: DrillState, events: readonly DrillEvent[], { played }: ReadShift): ExportedIncident[] {
  return incidentsOf(drawnScenario(played, state).incidents ?? [], events)
    .begun.toSorted((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity))
    .map(({ number, incident, state: own, events: all }) => {
      const until = own.endedAt ?? state.endedAt ?? Infinity
      const said = events.filter(({ type, at }) => words.has(type) && at >= own.startedAt && at <= until)
      return {
        folder: number === null ? `not-paged-${incident.place}` : `incident-${number}`,
        state: { ...own, mode: state.mode },
        events: [...all, ...said].toSorted((a, b) => a.id - b.id),
        scenario: incident.scenario,
      }
    })
}
