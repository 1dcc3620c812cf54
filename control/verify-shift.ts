import type { DrillEvent } from '../model/drill.ts'
import { FiredrillError } from '../model/errors.ts'
import { anyOf, urgencies, type Incident, type Scenario } from '../model/scenario.ts'
import type { ShiftPlan } from '../model/shift.ts'
import type { Wait } from '../model/start-when-steady.ts'
import { noiseSteps } from '../drills/shifts/noise.ts'
import { overlapMs } from '../drills/shifts/read.ts'
import { lookAt } from './look-at.ts'
import {
  drillOf,
  firing,
  pageBoundSeconds,
  pages,
  recoveryDeadlineMs,
  rehearse,
  solve,
  tenths,
  unexpectedPages,
  unplayed,
  verifySeed,
  type Client,
  type Verification,
} from './verify.ts'

/** A shift as it is played with the seed of rehearsals. */
interface PlannedShift {
  shift: ShiftPlan
  played: Scenario
}

/** A due fault is injected within this time, and the next one of the same incident within that. */
const nextStepMs = 30_000
const longestStepMs = 120_000
/** Noise has paged, and has resolved, this long after its end. */
const quietDeadlineMs = 90_000
/** A slow burn is detected by windows of several minutes. */
const ticketDeadlineMs = 240_000

interface Rehearsal {
  client: Client
  drill: string
  plan: PlannedShift
  result: Verification
  patience: number
  until: Wait
}

/**
 * Plays a shift as its author intended, through the API: its incidents come in order and overlap as planned, and only the quiet times between them
 * are skipped. Each has to page within its bound, and to recover while other open ones have not; noise has to end by itself.
 */
export async function verifyShift(client: Client, id: string, patience = 1): Promise<Verification> {
  const plan = await client.get('/api/shifts/:id/plan', { id, query: { seed: verifySeed } })
  const incidents = plan.played.incidents ?? []
  const bounds = incidents.map(({ scenario }) => pageBoundSeconds(scenario, patience))
  const result = unplayed(id, null, patience, Math.max(...bounds))
  await rehearse(client, { shift: id }, result, async (drill, until) => {
    const rehearsal = { client, drill, plan, result, patience, until }
    let fixingFrom = Infinity
    for (const group of overlapping(incidents)) {
      for (const incident of group) {
        await breaks(rehearsal, incident)
        // The next one comes when this one has paged, as planned.
        await hasPaged(rehearsal, incident)
      }
      fixingFrom = Math.min(fixingFrom, Date.now())
      await inTurn(rehearsal, group)
      await until('the pages to resolve', quietDeadlineMs * patience, async () => (await pages(client)).length === 0)
    }
    result.unexpectedPages = unexpectedPages(plan.played, (await drillOf(client, drill)).events, fixingFrom)
  })
  return result
}

/** Incidents that begin soon after one another are open at the same time. */
function overlapping(incidents: readonly Incident[]): Incident[][] {
  const groups: Incident[][] = []
  for (const incident of incidents) {
    const last = groups.at(-1)?.at(-1)
    if (last && incident.at - last.at < overlapMs) groups.at(-1)?.push(incident)
    else groups.push([incident])
  }
  return groups
}

const injectedSteps = (events: readonly DrillEvent[]): Set<number> =>
  new Set(events.flatMap((event) => (event.type === 'fault-injected' ? [event.step] : [])))

/** All its faults are injected; noise that is planned before that comes, and ends. */
async function breaks({ client, drill, plan, until, patience }: Rehearsal, incident: Incident): Promise<void> {
  const noise = noiseSteps(plan.played)
  for (;;) {
    const done = injectedSteps((await drillOf(client, drill)).events)
    if (incident.steps.every((step) => done.has(step))) return
    const next = plan.played.timeline.findIndex((_, step) => !done.has(step))
    // Further steps of an incident come when its author says.
    const goesOn =
      incident.steps.some((step) => done.has(step) && (!incident.slowBurn || step !== incident.steps[0])) && incident.steps.includes(next)
    // Of incidents that are open already.
    const earlier = new Set((await pages(client)).map(({ fingerprint }) => fingerprint))
    if (!goesOn) await client.post('/api/drills/:id/skip', { id: drill })
    const inMs = goesOn ? longestStepMs : nextStepMs
    await until('the next fault to go in', inMs, async () => injectedSteps((await drillOf(client, drill)).events).has(next))
    const burning = plan.played.incidents?.find(({ slowBurn, steps }) => slowBurn && steps[0] === next)
    if (burning) await isTicket(client, burning, until, patience)
    if (!noise.includes(next)) continue
    const lasts = plan.played.timeline[next]?.for ?? 0
    await until('noise to be over by itself', lasts + 30_000, async () => {
      const { events } = await drillOf(client, drill)
      return events.some((event) => event.type === 'fault-reverted' && event.instance === instanceOf(events, next))
    })
    const resolved = async () => (await pages(client)).every(({ fingerprint }) => earlier.has(fingerprint))
    await until('its pages to resolve', quietDeadlineMs * patience, resolved)
  }
}

/** Meanwhile, what is going to page fires as a ticket, and does not page. */
async function isTicket(client: Client, { scenario, slowBurn }: Incident, until: Wait, patience: number): Promise<void> {
  const pageNames = scenario.alerts.expected.flatMap(anyOf)
  await until(`${slowBurn?.ticket} to fire for ${scenario.id}`, ticketDeadlineMs * patience, async () => {
    const names = (await firing(client)).map(({ labels }) => labels['alertname'] ?? '')
    const page = names.find((name) => pageNames.includes(name))
    if (page) throw new FiredrillError('wrong-state', `${scenario.id} paged with ${page} while it was to be a ticket`)
    return names.includes(slowBurn?.ticket ?? '')
  })
}

const instanceOf = (events: readonly DrillEvent[], step: number): string | undefined => {
  const injected = events.find((event) => event.type === 'fault-injected' && event.step === step)
  return injected?.type === 'fault-injected' ? injected.instance : undefined
}

const viewOf = async ({ client, drill }: Rehearsal, place: number) => {
  const { incidents, events } = await client.get('/api/drills/:id', { id: drill })
  return { view: incidents.find((each) => each.place === place), events }
}

/** Its page comes within its bound, and is attributed to it. */
async function hasPaged(rehearsal: Rehearsal, { place, scenario, steps }: Incident): Promise<void> {
  const { until, result, patience } = rehearsal
  const bound = pageBoundSeconds(scenario, patience)
  const expected = scenario.alerts.expected.map(anyOf)
  const what = `${expected.map((names) => names.join(' or ')).join(' and ')} to page for ${scenario.id}`
  await until(what, bound * 1_000 + 30_000, async () => {
    const { view } = await viewOf(rehearsal, place)
    return expected.every((names) => view?.pages.some(({ name }) => names.includes(name)) ?? false)
  })
  const { events } = await viewOf(rehearsal, place)
  const injectedAt = Math.max(
    ...events.flatMap((event) => (event.type === 'fault-injected' && steps.includes(event.step) ? [event.at] : [])),
  )
  const firstAt = (names: readonly string[]): number =>
    events.find((event) => event.type === 'page-received' && names.includes(event.alert.name) && event.at >= injectedAt)?.at ?? injectedAt
  const seconds = tenths((Math.max(...expected.map(firstAt)) - injectedAt) / 1_000)
  result.secondsToPage = Math.max(result.secondsToPage ?? 0, seconds)
  if (seconds > bound) result.problems.push(`the page of ${scenario.id} came after ${seconds} s, later than promised`)
  await until(`the checks of ${scenario.id} to fail`, 30_000, async () =>
    (await viewOf(rehearsal, place)).events.some(
      (event) => event.type === 'incident-health-changed' && event.place === place && !event.healthy,
    ),
  )
}

/** Each is diagnosed and fixed, the most urgent one first; the others wait, and are as broken as before. */
async function inTurn(rehearsal: Rehearsal, group: readonly Incident[]): Promise<void> {
  const { client, drill, result, until, patience } = rehearsal
  const order = group.toSorted((a, b) => urgencies.indexOf(a.urgency) - urgencies.indexOf(b.urgency))
  for (const [index, incident] of order.entries()) {
    const { place, scenario } = incident
    const number = (await viewOf(rehearsal, place)).view?.number ?? undefined
    await client.post('/api/drills/:id/acknowledge', { id: drill, body: { incident: number } })
    for (const where of scenario.located) {
      // The telemetry itself may be broken.
      await lookAt(client, where).catch(() => {})
      if ((await viewOf(rehearsal, place)).view?.milestones.located) break
    }
    const { component, category } = scenario.cause
    await client.post('/api/drills/:id/cause', { id: drill, body: { component, category, sentence: 'verify', incident: number } })
    await solve(client, scenario)
    const fixedAt = Date.now()
    const recovered = async () => (await viewOf(rehearsal, place)).view?.milestones.recovered ?? null
    await until(`${scenario.id} to recover`, recoveryDeadlineMs * patience, async () => (await recovered()) !== null)
    result.secondsToHealthy = Math.max(result.secondsToHealthy ?? 0, tenths((((await recovered()) ?? fixedAt) - fixedAt) / 1_000))
    for (const waiting of order.slice(index + 1)) {
      const { view } = await viewOf(rehearsal, waiting.place)
      if (view?.milestones.recovered) result.problems.push(`${waiting.scenario.id} recovered by what was done for ${scenario.id}`)
    }
  }
}
