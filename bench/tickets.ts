import { setTimeout as delay } from 'node:timers/promises'
import { KeptOrders } from '../control/kept-orders.ts'
import { KeptRequests, keptTogether, type Kept } from '../control/kept-requests.ts'
import { openLocalRange, rangeOf } from '../control/wiring.ts'
import { advanceDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { startWhenSteady } from '../model/start-when-steady.ts'
import type { Span } from '../model/telemetry.ts'
import { ticketKinds, type KeptRequest, type OpenedTicket } from '../model/tickets.ts'
import { poll, until } from '../model/until.ts'
import { missingEvidence } from '../people/ticket-evidence.ts'
import { decideTicket } from '../people/tickets.ts'
import { atLeast, atRest, exactly, told, type BenchContext, type Benchmark } from './benchmark.ts'

/** Each kind of ticket occurs in one of them, except for orders that the database has lost: no incident loses any. */
const usual = [
  'slow-shelves',
  'stuck-checkout',
  'one-in-ten',
  'old-tags',
  'two-truths',
  'silent-warehouse',
  'lost-property',
  'bank-holiday',
  'through-a-straw',
  'cut-short',
]
/** `BENCH_TICKETS=id,id` plays these instead. */
const named = (process.env['BENCH_TICKETS'] ?? '').split(',').filter((id) => id !== '')
/** `BENCH_TICKETS_SECONDS`: how long each incident lasts after its page. */
const seconds = Number(process.env['BENCH_TICKETS_SECONDS'] ?? 90)
/** The customers of this many drills are simulated for one incident: each seed has other customers, times and words. */
const drillsOfEach = 10
/** A span is found within seconds; that of a worker that catches up, later. */
const foundWithinMs = 30_000

/** A failure for a customer, and when it was known. */
interface Noticed {
  request: KeptRequest
  at: number
}
interface Incident {
  scenario: string
  events: DrillEvent[]
  noticed: Map<string, Noticed>
}
interface Written {
  ticket: OpenedTicket
  noticedAt: number
}

/**
 * Every ticket leads to its evidence: incidents are left alone on a real range, and each ticket that customers could have written in a hundred drills
 * of them is compared with its trace.
 */
export const ticketsBenchmark: Benchmark = {
  name: 'tickets',
  title: 'what customers write, compared with the traces that their tickets name',
  async run(context) {
    const ids = await chosen(context)
    const written: Written[] = []
    const failed: string[] = []
    let silent = 0
    const spansOf = new Map<string, Span[]>()
    for (const id of ids) {
      const incident = await play(context, id)
      const drills = Array.from({ length: drillsOfEach }, (_, seed) => ticketsOf(incident, seed + 1))
      silent += drills.filter((each) => each.length === 0).length
      const tickets = drills.flat()
      const problems = await problemsOf(context, tickets, spansOf)
      written.push(...tickets)
      failed.push(...problems)
      const kinds = [...new Set(tickets.map(({ ticket }) => ticket.kind))].join(', ')
      const found = `${incident.noticed.size} went wrong for customers, ${tickets.length} tickets (${kinds}), ${problems.length} without evidence`
      context.say(`  ${id}: ${found}`)
      for (const problem of problems.slice(0, 5)) context.say(`    ${problem}`)
    }
    const drills = ids.length * drillsOfEach
    const kinds = new Set(written.map(({ ticket }) => ticket.kind))
    return [
      named.length > 0 ? told('drills', drills) : atLeast('drills', drills, '', 100),
      told('drills in which nobody wrote', silent),
      told('tickets', written.length),
      told('requests that they are about', spansOf.size),
      named.length > 0
        ? told('kinds of tickets', kinds.size)
        : atLeast('kinds of tickets', kinds.size, `of ${ticketKinds.length}`, ticketKinds.length - 1),
      exactly('tickets whose trace does not show what they say', failed.length, '', 0),
    ]
  },
}

async function chosen({ client }: BenchContext): Promise<string[]> {
  const { scenarios } = await client.get('/api/scenarios')
  const wanted = named.length > 0 ? named : usual
  const unknown = wanted.filter((id) => !scenarios.some((scenario) => scenario.id === id))
  if (unknown.length > 0) throw new Error(`BENCH_TICKETS names no scenario: ${unknown.join(', ')}`)
  return wanted.filter((id) => scenarios.some((scenario) => scenario.id === id && scenario.playable))
}

/** Leaves an incident alone for a while, and reads the failed requests as the control plane does. */
async function play(context: BenchContext, scenario: string): Promise<Incident> {
  const { client } = context
  await atRest(context)
  const { alerts } = await client.get('/api/scenarios/:id/plan', { id: scenario })
  const noticed = new Map<string, Noticed>()
  const kept = customers(context)
  const read = async () => {
    await kept.refresh()
    for (const request of kept.requests) {
      const at = request.noticedAt ?? request.at + request.durationMs
      const before = noticed.get(request.trace)
      // An order that is first slow and then lost is two complaints; a drill has the first.
      if (!before || before.at > at) noticed.set(request.trace, { request, at })
    }
  }
  const drill = await startWhenSteady(client, { scenario, mode: 'rehearsal', trainee: 'bench' }, 120_000)
  const events = async () => (await client.get('/api/drills/:id', { id: drill.id })).events
  try {
    const bound = Math.max(...alerts.expected.map(({ within }) => within), 30_000)
    await until(
      'the page',
      bound + 60_000,
      async () => {
        await read()
        return (await events()).some(({ type }) => type === 'page-received')
      },
      500,
    )
    const end = Date.now() + seconds * 1_000
    while (Date.now() < end) {
      await read()
      await delay(1_000)
    }
    return { scenario, events: await events(), noticed: since(noticed, drill.startedAt) }
  } finally {
    await client.post('/api/drills/:id/abort', { id: drill.id })
  }
}

const since = (noticed: ReadonlyMap<string, Noticed>, from: number) => new Map([...noticed].filter(([, { request }]) => request.at >= from))

function customers({ state }: BenchContext): Kept {
  const target = openLocalRange(state.dir)
  const locust = `http://127.0.0.1:${target.context.port('locust')}/locust`
  return keptTogether(new KeptRequests(`${locust}/kept`), new KeptOrders(`${locust}/ordered`, rangeOf(target).database))
}

/** The tickets of a drill with the incident's events, second by second. */
function ticketsOf({ scenario, events, noticed }: Incident, seed: number): Written[] {
  const drill: DrillEvent[] = []
  const written: Written[] = []
  let state: DrillState | null = null
  const append = (event: DrillEvent) => {
    drill.push(event)
    state = advanceDrill(state, event)
  }
  const left = events.map((event) => (event.type === 'drill-started' ? { ...event, mode: 'learning' as const, seed } : event))
  const [from, to] = [left[0]?.at ?? 0, events.at(-1)?.at ?? 0]
  const all = [...noticed.values()]
  for (let now = from; now <= Math.max(to, ...all.map(({ at }) => at)); now += 1_000) {
    while (left[0] && left[0].at <= now) append(left.shift() as DrillEvent)
    if (state === null) continue
    const known = all.filter(({ at }) => at <= now)
    const decision = decideTicket({ state, events: drill, kept: known.map(({ request }) => request), now })
    if (decision.kind !== 'open') continue
    const opened: DrillEventBody = { type: 'ticket-opened', ...decision.ticket }
    append({ ...opened, id: drill.length + 1, drill: scenario, at: now })
    written.push({ ticket: decision.ticket, noticedAt: noticed.get(decision.ticket.trace)?.at ?? now })
  }
  return written
}

/** Tickets that their trace does not confirm, each in a line. A trace is read for some seconds, until it is complete. */
async function problemsOf({ client }: BenchContext, tickets: readonly Written[], spansOf: Map<string, Span[]>): Promise<string[]> {
  const read = async (trace: string) => {
    const { spans } = await client.get('/api/telemetry/traces/:id', { id: trace }).catch(() => ({ spans: [] }))
    spansOf.set(trace, spans)
  }
  const lacks = ({ ticket, noticedAt }: Written) => missingEvidence(ticket, spansOf.get(ticket.trace) ?? [], { noticedAt })
  let open = [...tickets]
  const areFound = async () => {
    for (const trace of new Set(open.map(({ ticket }) => ticket.trace))) await read(trace)
    open = open.filter((written) => lacks(written).length > 0)
    return open.length === 0
  }
  await poll(foundWithinMs, areFound, 2_000)
  return open.map((written) => `${written.ticket.kind} ${written.ticket.trace}: ${lacks(written).join(', ')}`)
}
