import { debriefWords } from '../coach/agent/words.ts'
import { incidentsOf } from '../drills/shifts/incidents.ts'
import { drillClock, type DrillEvent, type DrillState } from '../model/drill.ts'
import { elapsed } from '../model/duration.ts'
import type { Scenario } from '../model/scenario.ts'

/** What the coach says after a drill, or about each incident after a shift. */
export function wordsAfter(state: DrillState, events: readonly DrillEvent[], scenario: Scenario): string {
  if (!scenario.incidents) return debriefWords(state, events, scenario)
  const { begun, forestalled } = incidentsOf(scenario.incidents, events)
  const early = scenario.incidents.flatMap(({ place, scenario: { title } }) =>
    forestalled.some((each) => each.place === place) ? [`You fixed ${title} while it was only a ticket.`] : [],
  )
  if (begun.length + early.length === 0)
    return `The shift ended after ${elapsed(drillClock(state, state.endedAt ?? state.lastEventAt))}, before its first incident.`
  const told = begun.map(({ number, incident, state: own, events: all }) => {
    const name = number === null ? 'What never paged' : `Incident ${number}`
    return `${name} was ${incident.scenario.title}. ${debriefWords(own, all, incident.scenario)}`
  })
  return [...early, ...told].join(' ')
}
