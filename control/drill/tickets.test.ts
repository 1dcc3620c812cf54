import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { DrillEventBody, DrillState } from '../../model/drill.ts'
import type { HandledTickets } from '../../model/tickets.ts'
import { ticketsIn } from '../../people/ticket-list.ts'
import { CurrentBench, started } from '../replay/current-bench.ts'
import { Tickets } from './tickets.ts'
import { failedCheckout } from '../../test/failed-checkout.ts'

const startedAt = 1_000_000
const idOf = (number: number) => `0000000${number}-0000-4000-8000-000000000000`
/** Orders 1 and 2 were never shipped, 3 was shipped late. */
const database = {
  query: async <Row extends Record<string, unknown>>() =>
    // Safe: the query's column names.
    [1, 2, 3].map((number) => ({ id: idOf(number), must: number < 3 })) as unknown as Row[],
}
const robin = { name: 'Robin', role: 'lead' }
/** The failed requests that Locust kept, one a second for two minutes, and how often they were read. */
class Kept {
  refreshed = 0
  readonly requests = Array.from({ length: 120 }, (_, second) => failedCheckout(second + 1, startedAt + second * 1_000))
  refresh = async (): Promise<void> => void this.refreshed++
}
const opened = ({ drill }: CurrentBench) => drill.events.flatMap((event) => (event.type === 'ticket-opened' ? [event] : []))
const handled = ({ drill }: CurrentBench) => drill.events.filter(({ type }) => type === 'tickets-handled')

/** A drill that started at `startedAt`, with a tick of the tickets each second for two minutes. */
function twoMinutes(context: TestContext, bench: CurrentBench, kept: Kept | undefined, mode: DrillState['mode'] = 'learning'): Tickets {
  context.mock.timers.enable({ apis: ['Date'], now: startedAt })
  const tickets = new Tickets(bench.drill, kept, database)
  tickets.act()
  bench.drill.begin('one', { ...started, mode })
  for (let second = 0; second < 120; second++) {
    tickets.act()
    context.mock.timers.tick(1_000)
  }
  return tickets
}

test('customers whose requests failed write tickets, and Locust’s records are read each second of a drill', (context) => {
  using bench = new CurrentBench()
  const kept = new Kept()
  twoMinutes(context, bench, kept)
  assert.equal(kept.refreshed, 120)
  const traces = new Set(kept.requests.map(({ trace }) => trace))
  assert.ok(opened(bench).length >= 2, String(opened(bench).length))
  assert.deepEqual(
    opened(bench).map(({ number, kind, trace }) => [number, kind, traces.has(trace)]),
    opened(bench).map((_, index) => [index + 1, 'order-error', true]),
  )
})

test('nobody writes in a rehearsal, after the end, or if no requests are kept', (context) => {
  using rehearsal = new CurrentBench()
  const kept = new Kept()
  twoMinutes(context, rehearsal, kept, 'rehearsal')
  assert.deepEqual([rehearsal.types(), kept.refreshed], [['drill-started'], 0])
  context.mock.timers.reset()
  using without = new CurrentBench()
  twoMinutes(context, without, undefined)
  assert.deepEqual(without.types(), ['drill-started'])
  context.mock.timers.reset()
  using over = new CurrentBench()
  const tickets = twoMinutes(context, over, kept)
  const before = opened(over).length
  over.drill.append({ type: 'drill-finished', outcome: 'given-up' })
  const { refreshed } = kept
  context.mock.timers.tick(60_000)
  tickets.act()
  assert.deepEqual([opened(over).length, kept.refreshed], [before, refreshed])
})

test('handling several tickets is one event, with each of them once, and by whom', (context) => {
  using bench = new CurrentBench()
  const tickets = twoMinutes(context, bench, new Kept())
  tickets.handle({ numbers: [2, 1, 2], did: 'answered', template: 'known-problem' }, robin)
  const [event, ...more] = handled(bench)
  assert.deepEqual(more, [])
  assert.ok(event?.type === 'tickets-handled')
  assert.deepEqual([event.numbers, event.did, event.template, event.by], [[2, 1], 'answered', 'known-problem', robin])
  tickets.handle({ numbers: [1], did: 'closed', template: null })
  const [first, second] = ticketsIn(bench.drill.events)
  assert.deepEqual([first?.answers.length, first?.closedAt], [1, Date.now()])
  assert.deepEqual([second?.answers.length, second?.closedAt], [1, null])
})

test('a ticket that is closed or unknown is refused with its number, and the others are unchanged', (context) => {
  using bench = new CurrentBench()
  const tickets = twoMinutes(context, bench, new Kept())
  tickets.handle({ numbers: [1], did: 'closed', template: null })
  const refused = (numbers: number[], error: object) => {
    const what: HandledTickets = { numbers, did: 'linked', template: null }
    assert.throws(() => tickets.handle(what), error)
  }
  refused([2, 99], { code: 'not-found', message: 'there is no ticket 99: list the tickets to see their numbers' })
  refused([2, 1], { code: 'conflict', message: 'ticket 1 is closed: leave it out' })
  assert.equal(handled(bench).length, 1)
  assert.equal(ticketsIn(bench.drill.events)[1]?.linked, false)
})

test('tickets are handled while a drill runs, and not before or after', (context) => {
  using bench = new CurrentBench()
  const closed: HandledTickets = { numbers: [1], did: 'closed', template: null }
  assert.throws(() => new Tickets(bench.drill, undefined, database).handle(closed), { code: 'not-found', message: 'no drill is running' })
  const tickets = twoMinutes(context, bench, new Kept())
  const end: DrillEventBody = { type: 'drill-finished', outcome: 'given-up' }
  bench.drill.append(end)
  assert.throws(() => tickets.handle(closed), { code: 'wrong-state', message: 'the drill is finished: too late to handle tickets' })
})

test('a list of orders is compared with the database, including those that it has lost', async (context) => {
  using bench = new CurrentBench()
  const kept = new Kept()
  const tickets = twoMinutes(context, bench, kept)
  kept.requests.push({ ...failedCheckout(500, startedAt), wrong: 'lost', order: idOf(4), noticedAt: startedAt })
  assert.equal(await tickets.submitAffected('not-shipped', [idOf(1), idOf(3), idOf(4), idOf(4), idOf(9)], robin), 4)
  const [listed, checked, ...more] = bench.drill.events.filter(({ type }) => type.startsWith('affected-'))
  assert.deepEqual(more, [])
  assert.ok(listed?.type === 'affected-listed' && checked?.type === 'affected-checked')
  assert.deepEqual([listed.listed, listed.by], [4, robin])
  assert.deepEqual([checked.right, checked.missing, checked.wrong], [3, 1, 1])
  assert.deepEqual(checked.examples, { missing: [idOf(2)], wrong: [idOf(9)] })
})

test('lost orders of this drill count as not shipped, and as nothing else', async (context) => {
  using bench = new CurrentBench()
  const kept = new Kept()
  const tickets = twoMinutes(context, bench, kept)
  const lost = { wrong: 'lost', noticedAt: startedAt } as const
  kept.requests.push(
    { ...failedCheckout(500, startedAt - 1), ...lost, order: idOf(5) },
    { ...failedCheckout(501, startedAt), ...lost, order: null },
    { ...failedCheckout(502, startedAt), order: idOf(6) },
    { ...failedCheckout(503, startedAt), ...lost, order: idOf(7) },
  )
  const checked = () =>
    bench.drill.events.flatMap((event) => (event.type === 'affected-checked' ? [[event.right, event.missing, event.wrong]] : []))
  await tickets.submitAffected('not-shipped', [1, 2, 5, 6, 7].map(idOf))
  await tickets.submitAffected('charged-without-order', [1, 2].map(idOf))
  assert.deepEqual(checked(), [
    [3, 0, 2],
    [2, 0, 0],
  ])
  await new Tickets(bench.drill, undefined, database).submitAffected('not-shipped', [1, 2].map(idOf))
  assert.deepEqual(checked().at(-1), [2, 0, 0], 'nothing is known of lost ones')
})

test('a list that arrives when another drill has started belongs to neither', async (context) => {
  using bench = new CurrentBench()
  twoMinutes(context, bench, undefined)
  const late = new Tickets(bench.drill, undefined, {
    query: async () => {
      bench.drill.append({ type: 'drill-finished', outcome: 'given-up' })
      bench.drill.begin('two', started)
      return []
    },
  })
  await assert.rejects(late.submitAffected('not-shipped', [idOf(1)]), { code: 'wrong-state', message: /too late to list affected orders$/ })
  assert.deepEqual(bench.types(), ['drill-started'])
})

test('without a database no list is accepted, and after the end it is too late', async (context) => {
  using bench = new CurrentBench()
  twoMinutes(context, bench, undefined)
  const gone = new Tickets(bench.drill, undefined, { query: () => Promise.reject(new Error('gone')) })
  await assert.rejects(gone.submitAffected('not-shipped', [idOf(1)]), /gone/)
  // The drill ends while the database is queried.
  const late = new Tickets(bench.drill, undefined, {
    query: async () => {
      bench.drill.append({ type: 'drill-finished', outcome: 'given-up' })
      return []
    },
  })
  await assert.rejects(late.submitAffected('not-shipped', [idOf(1)]), { code: 'wrong-state' })
  assert.ok(!bench.types().some((type) => type.startsWith('affected-')))
})
