import {
  advanceDrill,
  endsDrill,
  isOpen,
  minusHarm,
  type AlertSummary,
  type DrillEvent,
  type DrillState,
  type UserHarm,
} from '../../model/drill.ts'
import { anyOf, milestoneNames, urgencies, type Incident, type MilestoneName } from '../../model/scenario.ts'
import { fitsAlert } from '../alert-name.ts'
import { harmOf } from '../milestones.ts'
import { checks, type Verdict } from '../checks/registry.ts'
import { doneBy, hasWorked, isInSolution, stepsIn, type Acted } from './solution.ts'

/** One incident of a shift in the form of a drill, so that everything for drills works for it. */
export interface IncidentDrill {
  /** Its number for trainees, in the order of the pages, from 1; null until it has paged. */
  number: number | null
  incident: Incident
  state: DrillState
  /** Oldest first; the first one is `drill-started`, at the moment at which the incident's own clock began. */
  events: readonly DrillEvent[]
}

type Started = Extract<DrillEvent, { type: 'drill-started' }>
type Paged = Extract<DrillEvent, { type: 'page-received' }>

/** Pages of no incident, from the first one until all of them have resolved. Trainees have to recognise it as noise. */
export interface Noise {
  number: number
  pages: readonly AlertSummary[]
  /** Fingerprints. */
  firing: ReadonlySet<string>
  pagedAt: number
  acknowledgedAt: number | null
  /** Messages and causes for it, as if it were an incident. */
  hints: number
  wrongCauses: number
}

interface Course {
  number: number | null
  incident: Incident
  /** Null until its first fault is injected. */
  state: DrillState | null
  events: DrillEvent[]
  /** For a slow burn that has not begun, its first fault: a ticket. */
  ticket: Extract<DrillEvent, { type: 'fault-injected' }> | null
  /** Steps of its solution that were carried out before it began. */
  fixed: ReadonlySet<number>
  /** Whether somebody has looked at the right place while it was a ticket. */
  found: boolean
  /** Actions before it began that made it worse. */
  harmfulActions: number
  /** The harm to users in the shift when it began. */
  harmBefore: UserHarm
}

/**
 * Assigns the events of a shift to its incidents: a fold, which receives events in order.
 *
 * - A fault belongs to the incident whose timeline has it. A slow burn begins with its second fault.
 * - A page belongs to the open incident that expects it; if there are several, or none, to the latest one that expects or allows it. What fits none
 * is noise. A firing alert also becomes a page of an incident that begins meanwhile and expects it, because it does not page again.
 * - An action, or a command, belongs to the open incidents whose solution has it, and to those that it harms; one that is in no solution belongs to
 * all open ones.
 * - A look belongs to all open incidents: whether it proves something depends on where each can be located.
 * - Harm to users belongs to the incidents that users notice, from beginning to end.
 * - An event with an incident's number belongs to that one, while it is open. Noise has numbers like incidents.
 */
export class Incidents {
  readonly #courses: Course[]
  #started: Started | null = null
  #limitMs = 0
  #harm: UserHarm = { good: 0, slow: 0, failed: 0 }
  /** By injected fault, its incident. */
  readonly #faults = new Map<string, Course>()
  /** By firing alert, its incidents. */
  readonly #alerts = new Map<string, { page: Paged; courses: Course[] }>()
  readonly #noise: (Omit<Noise, 'pages' | 'firing' | 'pagedAt'> & { pages: Paged[]; firing: Set<string> })[] = []
  #numbers = 0
  #taken = 0

  constructor(incidents: readonly Incident[]) {
    this.#courses = incidents.map((incident) => ({
      number: null,
      incident,
      state: null,
      ticket: null,
      fixed: new Set<number>(),
      found: false,
      harmfulActions: 0,
      events: [],
      harmBefore: {
        good: 0,
        slow: 0,
        failed: 0,
      },
    }))
  }

  /** How many events were processed so far. */
  get taken(): number {
    return this.#taken
  }

  /** Those that have begun, in that order. */
  get begun(): IncidentDrill[] {
    return this.#courses.flatMap(({ number, incident, state, events }) => (state ? [{ number, incident, state, events }] : []))
  }

  /** Pages that belong to no incident, oldest first. */
  get noise(): Noise[] {
    return this.#noise.map(({ pages, ...noise }) => ({
      ...noise,
      pages: pages.map(({ alert }) => alert),
      pagedAt: pages[0]?.at ?? 0,
    }))
  }

  /** Those that have begun and not ended. */
  get open(): IncidentDrill[] {
    return this.begun.filter(({ state }) => isOpen(state))
  }

  /** Undefined before it has begun. */
  at(place: number): IncidentDrill | undefined {
    return this.begun.find(({ incident }) => incident.place === place)
  }

  /** By its number in the order of pages. */
  of(number: number): IncidentDrill | undefined {
    return this.begun.find((each) => each.number === number)
  }

  /** Slow burns that are tickets now. */
  get burning(): Incident[] {
    return this.#tickets().map(({ incident }) => incident)
  }

  /** Slow burns that were fixed before they began, by number, with the actions meanwhile that made them worse. */
  get forestalled(): { place: number; harmfulActions: number }[] {
    return this.#courses.filter(isForestalled).map(({ incident: { place }, harmfulActions }) => ({ place, harmfulActions }))
  }

  /** Whether a step of the shift's timeline belongs to a finished or prevented incident: it is not injected any more. */
  isOver(step: number): boolean {
    const own = this.#courses.find(({ incident }) => incident.steps.includes(step))
    return own !== undefined && (isForestalled(own) || (own.state !== null && !isOpen(own.state)))
  }

  /** Whether every incident, including those that have not begun, has reached it, or was prevented. */
  everyReached(milestone: MilestoneName): boolean {
    return this.#courses.every((course) => isForestalled(course) || (course.state !== null && course.state.milestones[milestone] !== null))
  }

  take(event: DrillEvent): void {
    this.#taken++
    for (const { course, event: own } of this.#shares(event)) {
      // No event belongs to an incident before it has begun, or when it is over: not even one with its number.
      if (course.state === null ? own.type !== 'drill-started' : !isOpen(course.state)) continue
      give(course, own)
      // An incident that was diagnosed, and is healthy again, is over, whatever the others do.
      if (own.type === 'milestone-reached' && course.state && milestoneNames.every((name) => course.state?.milestones[name] !== null))
        give(course, { ...base(own), id: own.id + 0.5, type: 'drill-finished', outcome: 'resolved' })
    }
  }

  #shares(event: DrillEvent): { course: Course; event: DrillEvent }[] {
    const open = this.#courses.filter(({ state }) => state !== null && isOpen(state))
    const to = (courses: readonly (Course | undefined)[], own: (course: Course) => DrillEvent = () => event) =>
      courses.flatMap((course) => (course ? [{ course, event: own(course) }] : []))
    if ('incident' in event && event.incident !== undefined) {
      const { incident: number, ...own } = event
      const noise = this.#noise.find((each) => each.number === number)
      if (noise) heard(noise, event)
      // Safe: without the number it is the same event.
      return to([this.#courses.find((course) => course.number === number)], () => own as DrillEvent)
    }
    switch (event.type) {
      case 'drill-started':
        this.#started = event
        this.#limitMs = event.limitMs
        return []
      case 'time-extended':
        this.#limitMs += event.byMs
        return to(open)
      case 'fault-injected':
        return this.#injected(event)
      case 'fault-reverted':
        return to([this.#faults.get(event.instance)])
      case 'page-received':
        return to([this.#paged(event, open)])
      case 'incident-health-changed': {
        const { place, ...own } = event
        return to([this.#courses.find(({ incident }) => incident.place === place)], () => ({ ...own, type: 'health-changed' }))
      }
      case 'page-resolved':
        for (const { firing } of this.#noise) firing.delete(event.alert.fingerprint)
        return to(this.#resolved(event.alert.fingerprint))
      case 'action-run':
      case 'command-run':
        return this.#acted(event, open)
      case 'harm-measured':
        this.#harm = event.harm
        return to(open.filter(isFelt), ({ harmBefore }) => ({ ...event, harm: minusHarm(event.harm, harmBefore) }))
      case 'place-viewed':
        for (const course of this.#tickets())
          course.found ||= course.incident.scenario.located.some(
            (place) => place.view === event.view && place.component === event.component,
          )
        return to(open)
      case 'tool-called':
      case 'drill-paused':
      case 'drill-continued':
      case 'coach-mode-set':
      case 'coach-snoozed':
      case 'control-resumed':
        return to(open)
      default:
        return endsDrill(event) ? to(open, ({ state }) => endOf(event, state)) : []
    }
  }

  #injected(event: Extract<DrillEvent, { type: 'fault-injected' }>): { course: Course; event: DrillEvent }[] {
    const course = this.#courses.find(({ incident }) => incident.steps.includes(event.step))
    if (!course || !this.#started) return []
    this.#faults.set(event.instance, course)
    const step = course.incident.steps.indexOf(event.step)
    const own = { course, event: { ...event, step } }
    if (course.state) return [own]
    const { scenario, slowBurn } = course.incident
    if (slowBurn !== undefined && course.ticket === null) {
      course.ticket = own.event
      return []
    }
    course.harmBefore = this.#harm
    const at = event.at - (scenario.timeline[step]?.at ?? 0)
    const started: Started = {
      ...this.#started,
      at,
      scenario: scenario.id,
      shift: false,
      limitMs: Math.max(1_000, this.#limitMs - course.incident.at),
      usersBefore: null,
    }
    return [
      { course, event: started },
      ...(course.ticket ? [{ course, event: { ...course.ticket, at } }] : []),
      own,
      ...this.#firing(course).map((page) => ({ course, event: { ...page, at: Math.max(page.at, at) } })),
    ]
  }

  /**
   * The pages of an incident that begins: an alert that fires already does not page again, whether it is noise, belongs to another incident, or came
   * with its fault's injection.
   */
  #firing(course: Course): Paged[] {
    const fromNoise = this.#noise.flatMap((noise) => {
      const own = noise.pages.filter(({ alert }) => noise.firing.has(alert.fingerprint) && isExpected(course, alert.name))
      noise.pages = noise.pages.filter((page) => !own.includes(page))
      for (const { alert } of own) noise.firing.delete(alert.fingerprint)
      // What was taken for noise was this incident.
      if (own.length > 0 && noise.pages.length === 0) course.number ??= noise.number
      return own
    })
    this.#noise.splice(0, this.#noise.length, ...this.#noise.filter(({ pages }) => pages.length > 0))
    for (const page of fromNoise) this.#alerts.set(page.alert.fingerprint, { page, courses: [course] })
    const shared = [...this.#alerts.values()].filter(
      ({ page, courses }) => isExpected(course, page.alert.name) && !courses.includes(course),
    )
    for (const { courses } of shared) courses.push(course)
    const all = [...fromNoise, ...shared.map(({ page }) => page)]
    if (all.length > 0) course.number ??= ++this.#numbers
    return all
  }

  #resolved(fingerprint: string): readonly Course[] {
    const courses = this.#alerts.get(fingerprint)?.courses ?? []
    this.#alerts.delete(fingerprint)
    return courses
  }

  #paged(event: Paged, open: readonly Course[]): Course | undefined {
    const { name, fingerprint } = event.alert
    const expects = open.filter((course) => isExpected(course, name))
    const allows = open.filter(({ incident }) => incident.scenario.alerts.allowed.some((pattern) => fitsAlert(name, pattern)))
    // An incident that was paged does not wait for its page any more.
    const waiting = expects.filter(({ state }) => !state?.paged.includes(name))
    const course = [waiting, expects, allows].find((some) => some.length > 0)?.at(-1)
    this.#alerts.delete(fingerprint)
    if (course) {
      course.number ??= ++this.#numbers
      this.#alerts.set(fingerprint, { page: event, courses: [course] })
    } else this.#noisy(event)
    return course
  }

  #noisy(page: Paged): void {
    const open = this.#noise.find(({ firing }) => firing.size > 0)
    const noise = open ?? { number: ++this.#numbers, pages: [], firing: new Set<string>(), acknowledgedAt: null, hints: 0, wrongCauses: 0 }
    if (!open) this.#noise.push(noise)
    noise.pages.push(page)
    noise.firing.add(page.alert.fingerprint)
  }

  /** Slow burns that have not begun. */
  #tickets(): Course[] {
    return this.#courses.filter((course) => course.ticket !== null && course.state === null && !isForestalled(course))
  }

  #acted(event: Acted, open: readonly Course[]): { course: Course; event: Acted }[] {
    const done = doneBy(event)
    const meant = [...open, ...this.#tickets()].filter(({ incident }) => isInSolution(incident.scenario, event))
    const harmTo = ({ incident }: Course) => (event.harmful !== null && done ? harmOf(incident.scenario, done.action, done.params) : null)
    for (const course of this.#tickets()) {
      if (harmTo(course) !== null) course.harmfulActions++
      if (hasWorked(event)) course.fixed = course.fixed.union(stepsIn(course.incident.scenario, event))
    }
    return open.flatMap((course) => {
      const harmful = harmTo(course)
      return meant.length === 0 || meant.includes(course) || harmful !== null ? [{ course, event: { ...event, harmful } }] : []
    })
  }
}

/** The incidents of a shift after these events. */
export function incidentsOf(incidents: readonly Incident[], events: readonly DrillEvent[]): Incidents {
  const all = new Incidents(incidents)
  for (const event of events) all.take(event)
  return all
}

/** Those that have paged, by priority: first those that are not mitigated, and of these the most urgent. */
export const mostUrgentFirst = (open: readonly IncidentDrill[]): IncidentDrill[] => {
  const waits = ({ state }: IncidentDrill): number => Number(state.milestones.mitigated !== null)
  const urgency = ({ incident }: IncidentDrill): number => urgencies.indexOf(incident.urgency)
  return open
    .filter(({ state }) => state.pagedAt !== null)
    .toSorted((a, b) => waits(a) - waits(b) || urgency(a) - urgency(b) || (a.state.pagedAt ?? 0) - (b.state.pagedAt ?? 0))
}

/** Whether users notice it. */
export const isFelt = ({ incident: { breaks } }: { incident: Pick<Incident, 'breaks'> }): boolean =>
  checks.some(({ id, felt }) => felt && breaks.includes(id))

/** The part of a verdict on the range that concerns the checks of an incident. */
export function verdictOf({ breaks }: Pick<Incident, 'breaks'>, { results }: Verdict): Verdict {
  // Turning customers away helps none of them.
  const own = results.filter(({ id }) => breaks.includes(id) || id === 'users-come')
  return { healthy: own.every(({ ok }) => ok), usersFine: own.filter(({ felt }) => felt).every(({ ok }) => ok), results: own }
}

const isExpected = ({ incident }: Course, alert: string): boolean => incident.scenario.alerts.expected.flatMap(anyOf).includes(alert)

function give(course: Course, event: DrillEvent): void {
  course.events.push(event)
  course.state = advanceDrill(course.state, event)
}

/** Processes an event with the number of noise. */
function heard(noise: Pick<Noise, 'acknowledgedAt' | 'hints' | 'wrongCauses'>, event: DrillEvent): void {
  if (event.type === 'page-acknowledged') noise.acknowledgedAt ??= event.at
  if (event.type === 'hint-given') noise.hints++
  if (event.type === 'cause-named' && !event.correct) noise.wrongCauses++
}

const base = ({ id, drill, at }: DrillEvent) => ({ id, drill, at })

/** How an incident ends with its shift. */
function endOf(event: DrillEvent, state: DrillState | null): DrillEvent {
  if (event.type !== 'drill-finished') return event
  const recovered = (state?.milestones.recovered ?? null) !== null
  return { ...event, outcome: recovered ? 'resolved' : event.outcome === 'resolved' ? 'given-up' : event.outcome }
}

/** Whether it was found and its whole solution carried out while it was a ticket. */
const isForestalled = ({ state, found, fixed, incident }: Course): boolean =>
  state === null && found && fixed.size > 0 && fixed.size === incident.scenario.solution.length
