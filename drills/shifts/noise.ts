import type { DrillEvent } from '../../model/drill.ts'
import type { Scenario } from '../../model/scenario.ts'
import type { Shift } from '../../model/shift.ts'
import { fitsAlert } from '../alert-name.ts'
import { incidentsOf } from './incidents.ts'

/** The steps of a shift's timeline that belong to no incident, in order. */
export function noiseSteps({ timeline, incidents = [] }: Pick<Scenario, 'timeline' | 'incidents'>): number[] {
  const own = new Set(incidents.flatMap(({ steps }) => steps))
  return [...timeline.keys()].filter((step) => !own.has(step))
}

/** The noise that occurred in a shift: when, and how often it paged. */
export function alertPages(
  { noise }: Shift,
  played: Scenario,
  events: readonly DrillEvent[],
): { what: string; at: number | null; pages: number }[] {
  const places = noiseSteps(played)
  const taken = new Set(
    incidentsOf(played.incidents ?? [], events).begun.flatMap((incident) =>
      incident.events.flatMap((event) => (event.type === 'page-received' ? [event.id] : [])),
    ),
  )
  const told = noise
    .toSorted((a, b) => a.at - b.at)
    .map(({ what, alerts }, index) => {
      const injected = events.find((event) => event.type === 'fault-injected' && event.step === places[index])
      return { what, alerts, at: injected?.at ?? null, pages: 0 }
    })
  for (const event of events) {
    if (event.type !== 'page-received' || taken.has(event.id)) continue
    // The same noise may come twice in a shift: a page belongs to the latest.
    const latest = told.findLast(
      ({ at, alerts }) => at !== null && event.at >= at && alerts.some((pattern) => fitsAlert(event.alert.name, pattern)),
    )
    if (latest) latest.pages++
  }
  return told.map(({ what, at, pages }) => ({ what, at, pages }))
}
