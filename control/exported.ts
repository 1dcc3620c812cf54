import { incidentsOf } from '../drills/shifts/incidents.ts'
import type { ReadShift } from '../drills/shifts/read.ts'
import { drawnScenario } from '../drills/variants.ts'
import type { DrillEvent, DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'

/** One finished incident, as input for a postmortem. */
export interface ExportedIncident {
  /** Its folder if there are several incidents; empty for a drill that is no shift. */
  folder: string
  state: DrillState
  events: readonly DrillEvent[]
  scenario: Scenario
}

/** Messages of the team belong to no single incident: they are included in each that was open then. */
const words = new Set<DrillEvent['type']>(['note-added', 'said', 'status-posted', 'handover-written'])

/** Each incident of a finished shift, in the order of their pages; those that never paged come last. */
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
