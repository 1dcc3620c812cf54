import type { Role } from '../model/api.ts'
import { incidentsOf, type Noise } from '../drills/shifts/incidents.ts'
import { isOpen, type AlertSummary, type DrillEvent, type DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { blindTitle, isHidden } from './blind.ts'
import { publicState, toldEvents } from './told.ts'
import type { IncidentView } from '../model/routes/drills.ts'

/** A drill, running or over, as a role may see it. */
export function drillView(state: DrillState, events: readonly DrillEvent[], scenario: Scenario | undefined, role: Role | null) {
  const drill = publicState(state)
  const told = toldEvents(events, role)
  if (state.shift) return { drill, ...shiftView(state, events, scenario, role), events: told }
  if (role !== 'instructor' && isHidden(state))
    return { drill, title: blindTitle(state), story: '', runbooks: [], pars: {}, incidents: noIncidents, events: told }
  return {
    drill,
    title: scenario?.title ?? state.scenario,
    story: scenario?.story ?? '',
    // Runbooks suggest causes: before the page, nobody has a reason to read them.
    runbooks: role === 'instructor' || state.pagedAt !== null ? (scenario?.runbooks ?? []) : [],
    pars: scenario ? Object.fromEntries(Object.entries(scenario.milestones).map(([name, milestone]) => [name, milestone.par])) : {},
    incidents: noIncidents,
    events: told,
  }
}

/** The view of a drill that is no shift. */
const noIncidents: IncidentView[] = []

/** A running or finished shift: its handover from the previous shift, and its incidents. */
function shiftView(state: DrillState, events: readonly DrillEvent[], scenario: Scenario | undefined, role: Role | null) {
  const tells = role === 'instructor' || !isOpen(state)
  const { begun, noise } = incidentsOf(scenario?.incidents ?? [], events)
  const incidents = begun
    .filter(({ state: own }) => tells || own.pagedAt !== null)
    .map(({ number, incident, state: own, events: all }): IncidentView => {
      const { milestones, pagedAt, startedAt, firing } = own
      const paged = all.flatMap((event) => (event.type === 'page-received' ? [event.alert] : []))
      return {
        number,
        place: tells ? incident.place : null,
        title: tells ? incident.scenario.title : null,
        pagedAt,
        startedAt: tells || pagedAt === null ? startedAt : pagedAt,
        milestones,
        pages: pagesByName(paged, new Set(firing.map(({ name }) => name))),
        pars: tells ? Object.fromEntries(Object.entries(incident.scenario.milestones).map(([name, { par }]) => [name, par])) : {},
        hints: own.hints.length,
        wrongCauses: own.wrongCauses,
        over: !isOpen(own),
      }
    })
  return {
    title: scenario?.title ?? state.scenario,
    story: scenario?.story ?? '',
    // Each page links to its own runbook: an author's list would tell an incident from noise.
    runbooks: tells ? (scenario?.runbooks ?? []) : [],
    pars: {},
    incidents: [...incidents, ...noise.map((each) => noiseView(each, tells))].toSorted((a, b) => (a.number ?? 99) - (b.number ?? 99)),
  }
}

/** Noise looks like an incident until it is revealed what it was. */
function noiseView({ number, pages, firing, pagedAt, acknowledgedAt, hints, wrongCauses }: Noise, tells: boolean): IncidentView {
  const stillFiring = pages.filter(({ fingerprint }) => firing.has(fingerprint))
  return {
    number,
    place: null,
    title: tells ? 'Noise' : null,
    pagedAt,
    startedAt: pagedAt,
    pages: pagesByName(pages, new Set(stillFiring.map(({ name }) => name))),
    milestones: {
      acknowledged: acknowledgedAt,
      located: null,
      diagnosed: null,
      mitigated: null,
      recovered: null,
    },
    pars: {},
    hints,
    wrongCauses,
    over: firing.size === 0,
  }
}

/** Each alert once, newest first, with its latest text. */
const pagesByName = (pages: readonly AlertSummary[], firing: ReadonlySet<string>): IncidentView['pages'] =>
  [...new Set(pages.map(({ name }) => name))].toReversed().map((name) => ({
    name,
    summary: pages.findLast((alert) => alert.name === name)?.summary ?? '',
    firing: firing.has(name),
  }))
