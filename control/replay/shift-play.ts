import type { ApiClient } from '../../model/client.ts'
import { Trainee, type Doing, type Help, type Persona } from '../../coach/personas.ts'
import { incidentsOf, mostUrgentFirst, type IncidentDrill } from '../../drills/shifts/incidents.ts'
import type { ReadShift } from '../../drills/shifts/read.ts'
import { drillClock, foldDrill, type DrillEvent } from '../../model/drill.ts'
import { FiredrillError } from '../../model/errors.ts'
import type { Incident, MilestoneName, Scenario } from '../../model/scenario.ts'
import type { PlayedDrill } from './played-drill.ts'
import type { Recording } from './recording.ts'
import type { ReplaySampler } from './sampler.ts'

/** What a simulated control plane offers to its player. */
export interface Desk {
  readonly sampler: ReplaySampler
  now(): number
  tick(): Promise<void>
  as(role: 'trainee' | 'instructor'): ApiClient
  /** Creates what the incident's solution removes. */
  prepare(scenario: Scenario): Promise<void>
  does(drill: string, scenario: Scenario, doing: Doing, incident: number): Promise<void>
  /** Carries out the author's solution. */
  fix(scenario: Scenario): Promise<void>
  /** Alertmanager sends a page. */
  page(status: 'firing' | 'resolved', alert: Recording['pages'][number]['alert']): Promise<void>
  events(drill: string): DrillEvent[]
}

/** An incident's progress in its own recording. */
interface Course {
  incident: Incident
  recording: Recording
  trainee: Trainee
  beganAt: number | null
  fixedAt: number | null
  sent: Set<number>
  done: Set<string>
}

/**
 * Plays a shift to its end through the API, as a trainee would. Its incidents begin when they are due, each as it was recorded; the player works on
 * one at a time, the most urgent one that has paged, and writes the handover note when all is done.
 */
export async function playShift(
  desk: Desk,
  { shift, played }: ReadShift,
  recordings: ReadonlyMap<string, Recording>,
  { persona, help, seed }: { persona: Persona; help: Help; seed: number },
): Promise<PlayedDrill> {
  const { id: drill } = await desk.as('trainee').post('/api/drills', {
    body: { shift: shift.id, mode: 'learning', trainee: persona.name },
  })
  if (help !== 'coach') await desk.as('instructor').put('/api/drills/:id/coach/mode', { id: drill, body: { mode: 'muted' } })
  const incidents = played.incidents ?? []
  const courses = incidents.map((incident): Course => {
    const recording = recordings.get(incident.scenario.id)
    if (!recording) throw new FiredrillError('not-found', `there is no recording of '${incident.scenario.id}'`)
    const trainee = new Trainee(incident.scenario, persona, seed * 100 + incident.place)
    return { incident, recording, trainee, beganAt: null, fixedAt: null, sent: new Set(), done: new Set() }
  })
  let isTold = false
  for (;;) {
    await desk.tick()
    const events = desk.events(drill)
    const state = foldDrill(events)
    if (state?.phase !== 'running') break
    for (const course of courses) await goesOn(desk, course, drillClock(state, desk.now()))
    const all = incidentsOf(incidents, events)
    const [next] = mostUrgentFirst(all.open)
    if (next) await work(desk, drill, next, { courses, help })
    if (isTold || all.begun.length < incidents.length || all.open.length > 0) continue
    isTold = true
    await desk.as('trainee').post('/api/drills/:id/handovers', { id: drill, body: note })
  }
  const events = desk.events(drill)
  const ended = foldDrill(events)
  if (!ended) throw new FiredrillError('internal', 'a shift that was played has no events')
  const all = incidentsOf(incidents, events).begun
  const completed =
    all.length === incidents.length && all.every(({ state }) => state.milestones.recovered !== null) && ended.outcome === 'resolved'
  return { state: ended, events, completed, tookMs: drillClock(ended, ended.endedAt ?? desk.now()) }
}

/**
 * Whether the player applies the fix at this milestone, unless it was applied before: if users are hardly affected, *mitigated* comes by itself, and
 * the player notices what is broken when nothing recovers. After the fix, the player waits until the graphs show the recovery.
 */
export const isFix = (milestone: MilestoneName): boolean => milestone === 'mitigated' || milestone === 'recovered'

const note = { broken: 'Nothing any more.', hurt: 'Nobody now.', since: '', tried: '', doing: 'Nothing.', next: 'Watch the graphs.' }

/** It begins when it is due, and its pages come and go as recorded. */
async function goesOn(desk: Desk, course: Course, clock: number): Promise<void> {
  const { incident, recording, sent } = course
  if (course.beganAt === null) {
    if (clock < incident.at) return
    course.beganAt = desk.now()
    desk.sampler.begin(recording, incident.place)
  }
  for (const [index, { ms, status, alert }] of recording.pages.entries()) {
    const since =
      ms <= recording.fixedAtMs ? course.beganAt + ms : course.fixedAt === null ? Infinity : course.fixedAt + ms - recording.fixedAtMs
    if (sent.has(index) || desk.now() < since) continue
    sent.add(index)
    await desk.page(status, alert)
  }
}

async function work(
  desk: Desk,
  drill: string,
  { number, incident, state }: IncidentDrill,
  { courses, help }: { courses: Course[]; help: Help },
): Promise<void> {
  const course = courses.find((each) => each.incident.place === incident.place)
  if (!course || number === null) return
  for (const doing of course.trainee.tick(state, desk.now(), 1_000)) {
    if (doing.kind === 'ask' && help === 'none') continue
    // Once: its effect takes a while to be seen.
    if (doing.kind === 'step' && course.done.has(doing.milestone)) continue
    await desk.does(drill, incident.scenario, doing, number)
    if (doing.kind !== 'step') continue
    course.done.add(doing.milestone)
    if (course.fixedAt !== null || !isFix(doing.milestone)) continue
    await desk.prepare(incident.scenario)
    await desk.fix(incident.scenario)
    course.fixedAt = desk.now()
    desk.sampler.fix(incident.place)
  }
}
