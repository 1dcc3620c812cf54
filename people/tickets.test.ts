import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { shopComponentNames } from '../model/components.ts'
import { advanceDrill, type DrillEvent, type DrillEventBody, type DrillState } from '../model/drill.ts'
import { causeCategory } from '../model/scenario.ts'
import { ticketKinds, ticketLanguages, ticketTemplateIds, type KeptRequest } from '../model/tickets.ts'
import { seed } from '../test/seed.ts'
import { numbersFrom } from '../model/seeded.ts'
import { rowOf, ticketGroups, ticketsHandled, ticketsIn } from './ticket-list.ts'
import { ticketTemplates } from './ticket-templates.ts'
import { ticketWords } from './ticket-words.ts'
import { decideTicket, ticketGapMs, ticketParameters } from './tickets.ts'

interface Drill {
  seed: number
  seconds: number
  /** Failed requests per second, on average. */
  perSecond: number
  /** Other events, by second. */
  plan?: Record<number, DrillEventBody>
}

/** A simulated drill without a player, in which customers are affected all the time. */
function simulate({ seed: drillSeed, seconds, perSecond, plan = {} }: Drill): {
  events: DrillEvent[]
  kept: KeptRequest[]
  state: DrillState
} {
  const random = numbersFrom(drillSeed)
  const events: DrillEvent[] = []
  const kept: KeptRequest[] = []
  let state: DrillState | null = null
  const append = (at: number, body: DrillEventBody) => {
    const event: DrillEvent = { ...body, id: events.length + 1, drill: 'simulated', at }
    events.push(event)
    state = advanceDrill(state, event)
  }
  append(0, {
    type: 'drill-started',
    scenario: 's',
    mode: 'learning',
    trainee: 't',
    limitMs: 1e9,
    seed: drillSeed,
    usersBefore: null,
    fingerprint: '',
  })
  for (let second = 1; second <= seconds; second++) {
    const now = second * 1_000
    const body = plan[second]
    if (body) append(now, body)
    for (let count = Math.floor(perSecond + random()); count > 0; count--) kept.push(wrongRequest(random, now, kept.length + 1))
    if (!state) continue
    const decision = decideTicket({ state, events, kept: kept.slice(-500), now })
    if (decision.kind === 'open') append(now, { type: 'ticket-opened', ...decision.ticket })
  }
  assert.ok(state)
  return { events, kept, state }
}

function wrongRequest(random: () => number, at: number, number: number): KeptRequest {
  const journey = random() < 0.5 ? 'browse' : 'checkout'
  const wrong = (['failed', 'slow', 'price', 'unshipped', 'lost'] as const)[Math.floor(random() * 5)] ?? 'slow'
  const isOrder = wrong === 'unshipped' || wrong === 'lost'
  return {
    number,
    at,
    journey,
    wrong,
    asked: '/api/products/P00007',
    customer: `c${Math.floor(random() * 200)}`,
    product: 'P00007',
    order: isOrder || (wrong === 'slow' && journey === 'checkout') ? 'order-of-theirs' : null,
    ...(isOrder ? { noticedAt: at + 3e4 } : {}),
    ...(wrong === 'price'
      ? {
          prices: {
            shownCents: 1299,
            askedCents: 105,
          },
        }
      : {}),
    status: wrong === 'failed' ? (random() < 0.3 ? 0 : 503) : 200,
    durationMs: Math.round(random() * 6e3),
    trace: Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join(''),
  }
}
const opened = (events: readonly DrillEvent[]) => events.flatMap((event) => (event.type === 'ticket-opened' ? [event] : []))

describe('for any customers and any number of failed requests', () => {
  const drills = fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    seconds: fc.integer({ min: 60, max: 500 }),
    perSecond: fc.double({ min: 0, max: 6, noNaN: true }),
  })
  const property = (name: string, holds: (drill: Drill) => void) =>
    test(name, () => fc.assert(fc.property(drills, holds), { seed, numRuns: 25 }))

  property('a ticket is about a request that was kept, and each about another', (drill) => {
    const { events, kept } = simulate(drill)
    const tickets = opened(events)
    assert.equal(new Set(tickets.map(({ trace }) => trace)).size, tickets.length)
    assert.deepEqual(
      tickets.map(({ number }) => number),
      tickets.map((_, index) => index + 1),
    )
    for (const ticket of tickets) {
      const request = kept.find(({ trace }) => trace === ticket.trace)
      assert.ok(request)
      assert.deepEqual(
        [request.at, request.customer, request.product, request.order],
        [ticket.requestAt, ticket.customer, ticket.product, ticket.order],
      )
      const noticedAt = request.noticedAt ?? request.at + request.durationMs
      assert.ok(ticket.at >= noticedAt + ticketParameters.writesAfterMs[0], 'nobody writes before it is noticed')
      assert.ok(ticket.text.includes(ticket.order ?? ticket.product ?? ''))
      assert.equal(ticket.translation === null, ticket.language === 'en')
    }
  })

  property('two are never closer than twenty seconds, and a customer waits five minutes', (drill) => {
    const tickets = opened(simulate(drill).events)
    for (const [index, ticket] of tickets.entries()) {
      const before = tickets[index - 1]
      if (before) assert.ok(ticket.at - before.at >= ticketParameters.leastGapMs)
      const own = tickets.slice(0, index).findLast(({ customer }) => customer === ticket.customer)
      if (own) assert.ok(ticket.at - own.at >= ticketParameters.customerGapMs)
    }
  })

  property('the same seed gives the same tickets', (drill) => assert.deepEqual(simulate(drill).events, simulate(drill).events))
})

test('more customers write when more are affected', () => {
  const tickets = (perSecond: number) =>
    [1, 2, 3, 4, 5].reduce((sum, each) => sum + opened(simulate({ seed: each, seconds: 400, perSecond }).events).length, 0)
  const [none, few, some, many] = [tickets(0), tickets(0.05), tickets(0.5), tickets(3)]
  assert.equal(none, 0)
  assert.ok(few > 0 && few < some && some < many, `${few}, ${some}, ${many}`)
  for (let hurt = 1; hurt < 200; hurt++) assert.ok(ticketGapMs(hurt + 1) <= ticketGapMs(hurt))
  assert.equal(ticketGapMs(10_000), ticketParameters.leastGapMs)
})

test('nobody writes in a pause, or about one, or while people are muted, and at most fifty in all', () => {
  const drill = { seed: 3, seconds: 300, perSecond: 2 }
  const paused = simulate({
    ...drill,
    plan: { 60: { type: 'drill-paused' }, 200: { type: 'drill-continued', pausedMs: 140_000, harm: { good: 0, slow: 0, failed: 0 } } },
  })
  const tickets = opened(paused.events)
  assert.ok(tickets.length > 2)
  assert.ok(tickets.every(({ at, requestAt }) => (at < 60_000 || at >= 200_000) && (requestAt < 60_000 || requestAt >= 200_000)))
  assert.deepEqual(opened(simulate({ ...drill, plan: { 1: { type: 'people-muted', muted: true } } }).events), [])
  assert.equal(opened(simulate({ seed: 3, seconds: 1_500, perSecond: 5 }).events).length, ticketParameters.most)
})

test('nobody writes in a rehearsal, or about failures before the drill', () => {
  const { kept, state } = simulate({ seed: 5, seconds: 100, perSecond: 2 })
  const decide = (changed: Partial<DrillState>) => decideTicket({ state: { ...state, ...changed }, events: [], kept, now: 100_000 }).kind
  assert.equal(decide({}), 'open')
  assert.equal(decide({ mode: 'rehearsal' }), 'wait')
  assert.equal(decide({ startedAt: 100_001 }), 'wait')
})

test('customers have four wordings of each kind in four languages, and know nothing about the shop’s internals', () => {
  // Words that customers share with the shop's engineers.
  const everyday = new Set<string>(['orders', 'payments', 'network'])
  const inner = [...shopComponentNames, ...causeCategory.options, 'database', 'server', 'proxy', 'timeout', 'queue', 'rollback'].filter(
    (word) => !everyday.has(word),
  )
  for (const kind of ticketKinds) {
    assert.ok(ticketWords[kind].length >= 4)
    for (const language of ticketLanguages) {
      const texts = ticketWords[kind].map((wording) => wording[language])
      assert.equal(new Set(texts).size, texts.length)
      for (const text of texts) for (const word of inner) assert.doesNotMatch(text, new RegExp(`\\b${word}\\b`, 'i'))
    }
  }
  for (const id of ticketTemplateIds) for (const language of ticketLanguages) assert.ok(ticketTemplates[id].text[language].length > 40)
})

test('a customer who paid and gets nothing names the order, and a command shows its row', () => {
  const { events } = simulate({ seed: 4, seconds: 1_500, perSecond: 0.3 })
  const about = ticketsIn(events).filter(({ kind }) => kind === 'not-shipped' || kind === 'order-lost')
  assert.deepEqual(new Set(about.map(({ kind }) => kind)), new Set(['not-shipped', 'order-lost']))
  for (const ticket of about) {
    assert.ok(ticket.text.includes('order-of-theirs'))
    assert.match(rowOf(ticket) ?? '', /from orders\.orders .* where o\.id = 'order-of-theirs'"$/)
  }
  const slow = { kind: 'order-slow', product: null } as const
  assert.equal(rowOf({ ...slow, order: null }), null)
  assert.equal(rowOf({ ...slow, order: "x'; drop table orders.orders" }), null)
  assert.equal(rowOf({ kind: 'price', order: null, product: "P1'; drop table catalog.products" }), null)
})

test('tickets are answered, linked and closed, and grouped by what happened', () => {
  const { events } = simulate({ seed: 9, seconds: 300, perSecond: 3 })
  const handle = (id: number, body: Extract<DrillEventBody, { type: 'tickets-handled' }>): DrillEvent => ({
    ...body,
    id,
    drill: 'simulated',
    at: 400_000,
  })
  const after = ticketsIn([
    ...events,
    handle(9_001, { type: 'tickets-handled', numbers: [1, 2], did: 'answered', template: 'known-problem' }),
    handle(9_002, { type: 'tickets-handled', numbers: [2], did: 'linked', template: null }),
    handle(9_003, { type: 'tickets-handled', numbers: [2, 999], did: 'closed', template: null }),
  ])
  const [first, second] = after
  assert.deepEqual([first?.answers.length, first?.linked, first?.closedAt], [1, false, null])
  assert.deepEqual([second?.answers[0]?.template, second?.linked, second?.closedAt], ['known-problem', true, 400_000])
  const groups = ticketGroups(after)
  assert.deepEqual(
    groups.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b),
    after.map(({ number }) => number),
  )
  assert.equal(
    groups.reduce((sum, { open }) => sum + open, 0),
    after.length - 1,
  )
  assert.ok(groups.every(({ kind, numbers }) => numbers.every((number) => after[number - 1]?.kind === kind)))
  assert.equal(
    ticketsHandled({ numbers: [1, 2], did: 'answered', template: 'known-problem' }),
    'Tickets 1 and 2 were answered: Known problem.',
  )
})

test('a customer who saw two prices names both, in the notation of their language', () => {
  const { events } = simulate({ seed: 4, seconds: 1_500, perSecond: 0.3 })
  const about = ticketsIn(events).filter(({ kind }) => kind === 'price')
  const written: Record<string, [string, string]> = {
    en: ['€12.99', '€1.05'],
    de: ['12,99\u00A0€', '1,05\u00A0€'],
    fr: ['12,99\u00A0€', '1,05\u00A0€'],
    es: ['12,99\u00A0€', '1,05\u00A0€'],
  }
  assert.ok(about.length > 0)
  for (const { language, text, prices } of about) {
    assert.deepEqual(prices, { shownCents: 1_299, askedCents: 105 })
    const [shown = '', asked = ''] = written[language] ?? []
    assert.ok(text.indexOf(shown) > 0 && text.indexOf(asked) > text.indexOf(shown), text)
  }
})
