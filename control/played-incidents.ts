import { incidentsOf } from '../drills/shifts/incidents.ts'
import type { ReadShift } from '../drills/shifts/read.ts'
import { drawnScenario } from '../drills/variants.ts'
import type { DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import type { Ledger } from './ledger.ts'

interface PlayedIncident {
  state: DrillState
  scenario: Scenario
}

/** The incidents of finished shifts, as drills of their own. Each shift is processed once, because a finished one does not change. */
export class PlayedIncidents {
  readonly #ledger: Pick<Ledger, 'events'>
  readonly #shifts: ReadonlyMap<string, ReadShift>
  /** By the shift's drill id. */
  readonly #known = new Map<string, PlayedIncident[]>()

  constructor(ledger: Pick<Ledger, 'events'>, shifts: ReadonlyMap<string, ReadShift>) {
    this.#ledger = ledger
    this.#shifts = shifts
  }

  in(drills: readonly DrillState[]): PlayedIncident[] {
    return drills.filter(({ shift, phase }) => shift && phase === 'finished').flatMap((state) => this.#of(state))
  }

  #of(state: DrillState): PlayedIncident[] {
    const known = this.#known.get(state.id)
    const shift = this.#shifts.get(state.scenario)
    if (known || !shift) return known ?? []
    const { begun } = incidentsOf(drawnScenario(shift.played, state).incidents ?? [], this.#ledger.events(state.id))
    const played = begun.map(({ incident, state: own }) => ({ state: { ...own, mode: state.mode }, scenario: incident.scenario }))
    this.#known.set(state.id, played)
    return played
  }
}
