import { drillClock, type DrillEvent, type DrillState } from '../model/drill.ts'
import { hashOf } from '../model/seeded.ts'
import type { KeptRequest, OpenedTicket, TicketKind, TicketLanguage } from '../model/tickets.ts'
import { meant, meantPrices, ticketWords } from './ticket-words.ts'

/** The parameters of customers' tickets. */
export const ticketParameters = {
  /** The share of failed requests whose customer writes. */
  share: 0.25,
  /** The minimum and maximum time until a customer writes, in milliseconds. */
  writesAfterMs: [8_000, 40_000],
  /** Minimum time between two tickets, however many customers are affected. */
  leastGapMs: 20_000,
  /** The time between tickets with a single failed request in the last minute. */
  mostGapMs: 120_000,
  /** The same customer does not write again for this long. */
  customerGapMs: 300_000,
  /** Older failures are not worth a complaint any more. */
  forgottenAfterMs: 180_000,
  /** Maximum in one drill. */
  most: 50,
} as const

type TicketDecision = { kind: 'wait'; reason: string } | { kind: 'open'; ticket: OpenedTicket }
interface Situation {
  state: DrillState
  /** Of the drill, oldest first. */
  events: readonly DrillEvent[]
  /** Failed requests that Locust kept; those from before the drill do not count. */
  kept: readonly KeptRequest[]
  /** Milliseconds since the epoch. */
  now: number
}

const wait = (reason: string): TicketDecision => ({ kind: 'wait', reason })

/**
 * Decides whether a customer's ticket comes now: a pure function of the drill, the failed requests and the clock. The seed decides who writes, when
 * and in which words.
 */
export function decideTicket({ state, events, kept, now }: Situation): TicketDecision {
  if (state.phase !== 'running' || state.mode === 'rehearsal') return wait('nobody reads tickets now')
  if (events.findLast((event) => event.type === 'people-muted')?.muted) return wait('people are muted')
  const opened = events.flatMap((event) => (event.type === 'ticket-opened' ? [event] : []))
  if (opened.length >= ticketParameters.most) return wait('there were enough')
  const inDrill = kept.filter((request) => request.at >= state.startedAt && request.at <= now && !wasPaused(state, request.at))
  const last = opened.at(-1)
  const hurt = inDrill.filter(({ at, noticedAt = at }) => now - noticedAt < 60_000).length
  if (last && drillClock(state, now) - drillClock(state, last.at) < ticketGapMs(hurt)) return wait('somebody has just written')

  const traces = new Set(opened.map(({ trace }) => trace))
  const silent = new Set(opened.filter(({ at }) => now - at < ticketParameters.customerGapMs).map(({ customer }) => customer))
  const [next] = inDrill
    .filter(
      ({ trace, customer, at, noticedAt = at }) =>
        !traces.has(trace) && !silent.has(customer) && now - noticedAt < ticketParameters.forgottenAfterMs,
    )
    .filter(({ trace }) => fraction(state.seed, trace) < ticketParameters.share)
    .map((request) => ({ request, writesAt: (request.noticedAt ?? request.at + request.durationMs) + delayMs(state.seed, request) }))
    .filter(({ writesAt }) => writesAt <= now)
    .toSorted((a, b) => a.writesAt - b.writesAt)
  return next ? { kind: 'open', ticket: ticketOf(next.request, state.seed, opened.length + 1) } : wait('nobody has written')
}

/** The minimum time until the next ticket: the more requests failed in the last minute, the shorter. */
export const ticketGapMs = (hurt: number): number =>
  Math.max(ticketParameters.leastGapMs, ticketParameters.mostGapMs / (1 + Math.max(0, hurt - 1) / 4))

const wasPaused = ({ pauses }: DrillState, at: number): boolean => pauses.some(({ from, to }) => at >= from && at < (to ?? Infinity))

/** A number in [0, 1) from a seed and a text: FNV-1a, mixed. */
function fraction(seed: number, text: string): number {
  let hash = hashOf(seed ^ 0x81_1c_9d_c5, text)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d) >>> 0
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32
}

function delayMs(seed: number, { trace }: KeptRequest): number {
  const [least, most] = ticketParameters.writesAfterMs
  return least + fraction(seed, `delay ${trace}`) * (most - least)
}

/** The kind of complaint for a failure. */
export function kindOf({ wrong, status, journey }: KeptRequest): TicketKind {
  if (wrong === 'price') return 'price'
  if (wrong === 'unshipped') return 'not-shipped'
  if (wrong === 'lost') return 'order-lost'
  if (status === 0) return 'no-answer'
  if (journey === 'checkout') return wrong === 'slow' ? 'order-slow' : 'order-error'
  return wrong === 'slow' ? 'page-slow' : 'page-error'
}

function ticketOf(request: KeptRequest, seed: number, number: number): OpenedTicket {
  const { journey, customer, product, order, asked, prices, at: requestAt, durationMs, trace } = request
  const kind = kindOf(request)
  const language = languageOf(seed, customer)
  const wordings = ticketWords[kind]
  const words = wordings[Math.floor(fraction(seed, `words ${trace}`) * wordings.length)] ?? wordings[0]
  const about = (spoken: TicketLanguage): string[] => {
    if (order !== null) return [meant.order[spoken](order)]
    if (product === null) return []
    return [prices ? meantPrices[spoken](product, prices) : meant.product[spoken](product)]
  }
  const inWords = (spoken: TicketLanguage): string => [words[spoken], ...about(spoken)].join(' ')
  const translation = language === 'en' ? null : inWords('en')
  return {
    number,
    kind,
    journey,
    customer,
    product,
    order,
    asked,
    ...(prices ? { prices } : {}),
    requestAt,
    durationMs,
    language,
    text: inWords(language),
    translation,
    trace,
  }
}

/** Half of the customers write in English. */
function languageOf(seed: number, customer: string): TicketLanguage {
  const drawn = fraction(seed, `language ${customer}`)
  return drawn < 0.5 ? 'en' : drawn < 0.67 ? 'de' : drawn < 0.84 ? 'fr' : 'es'
}
