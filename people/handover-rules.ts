import { datastoreNames, serviceNames } from '../model/components.ts'
import type { DrillState } from '../model/drill.ts'
import type { Scenario } from '../model/scenario.ts'
import { isHedged, sentences } from './update-rules.ts'

/** The rules for a handover note: one for each thing that an incoming responder has to know. */
export const handoverRules = {
  broken: 'Says what users notice',
  hurt: 'Says which users, or how many',
  since: 'Says since when',
  cause: 'Says what is known of the cause',
  tried: 'Lists what was changed',
  doing: 'Says what is being done',
  next: 'Says what comes next',
  undone: 'Claims nothing that was not done',
  over: 'Claims no end that was not reached',
} as const
export type HandoverRule = keyof typeof handoverRules

/** What customers and engineers call the problem behind a page, for scenarios whose author has not said it. */
const journeysOfPages: [page: RegExp, phrases: string[]][] = [
  [/^Checkout/, ['checkout', 'buy', 'order', 'pay', 'purchase']],
  [/^Browse/, ['brows', 'product', 'page', 'shelf', 'shelves', 'catalog', 'search']],
  [/Fulfil/, ['fulfil', 'ship', 'parcel', 'deliver', 'order', 'warehouse']],
  [/Price/, ['price']],
]

/** Phrases: a note that contains one of them says what is broken; empty if nothing is known about it. */
export function journeysHurt(scenario: Scenario, pages: readonly string[]): string[] {
  if (scenario.people) return scenario.people.journeys
  const named = [...pages, ...scenario.alerts.expected.map(({ name }) => name)]
  return [...new Set(journeysOfPages.flatMap(([page, phrases]) => (named.some((name) => page.test(name)) ? phrases : [])))]
}

/** The first sentence of a text without its full stop: in a scenario's summary, the symptom. */
export const firstSentence = (text: string): string => (sentences(text)[0] ?? '').replace(/\.$/, '')

export const saysHowMany = (text: string): boolean =>
  /\d|\b(?:all|most|many|half|some|few|every\w*|each|nobody|no one|none|third|quarter|customers?|users?|members?|buyers?|visitors?|people)\b/i.test(
    text,
  )

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const toleranceMs = 2 * minuteMs
const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const amount = String.raw`(\d+|an?|half an|${numbers.slice(1).join('|')}|fifteen|twenty)`
const ago = new RegExp(String.raw`\b${amount} (minutes?|min|hours?|h)\b`, 'gi')

/** The distance between a time in a text and a moment; both in milliseconds. */
type Said = (moment: number) => number

function timesIn(text: string, { at, startedAt }: { at: number; startedAt: number }): Said[] {
  const clocks = [...text.matchAll(/\b(\d{1,2})[:.](\d{2})\b/g)].flatMap(([, first = '', second = '']): Said[] => [
    // Clocks in different countries differ by whole hours.
    (moment) => apart(Number(second) * minuteMs, moment % hourMs, hourMs),
    // The timeline counts minutes and seconds from the start.
    (moment) => Math.abs(startedAt + Number(first) * minuteMs + Number(second) * 1_000 - moment),
  ])
  const spans = [...text.matchAll(ago)].map(([, count = '', unit = '']): Said => {
    const ms = amountOf(count.toLowerCase()) * (/^h/i.test(unit) ? hourMs : minuteMs)
    return (moment) => Math.abs(at - ms - moment)
  })
  return [...clocks, ...spans]
}

const apart = (a: number, b: number, around: number): number => {
  const ms = Math.abs(a - b) % around
  return Math.min(ms, around - ms)
}
function amountOf(count: string): number {
  if (/^\d+$/.test(count)) return Number(count)
  if (count === 'half an') return 0.5
  if (count === 'fifteen' || count === 'twenty') return count === 'fifteen' ? 15 : 20
  return Math.max(1, numbers.indexOf(count))
}

/** The times between which the incident began: when it was injected, and when the page came; and the clocks that a note may use. */
export interface Began {
  startedAt: number
  from: number
  to: number
  /** When the note was written. */
  at: number
}

/** How a text says since when: `right` within two minutes of the start, `wrong` with another time, null without one. */
export function saysSince(text: string, began: Began): 'right' | 'wrong' | null {
  const said = timesIn(text, began)
  if (said.length === 0) return null
  const { from, to } = began
  const steps = Math.ceil((to - from) / minuteMs)
  const moments = Array.from({ length: steps + 1 }, (_, step) => Math.min(to, from + step * minuteMs))
  return moments.some((moment) => said.some((far) => far(moment) <= toleranceMs)) ? 'right' : 'wrong'
}

const ofCause =
  /\b(?:causes?|caused|because|due to|reason|culprit|root|suspect\w*|comes? from|to blame|guilty|broken by|found|it is|it's)\b/i
const unknownCause =
  /\b(?:cause|reason|why)\b[^.!?]*\b(?:not|unknown|unclear|open)\b|\b(?:not|n['’]t|no idea|unknown|unclear)\b[^.!?]*\b(?:cause|reason|why)\b|\bno cause\b/i
/** Other names of a component. */
const alsoCalled: Partial<Record<string, string>> = {
  postgres: 'postgresql|database|db',
  redis: 'cache',
  rabbitmq: 'broker|queue',
  payments: 'payment|bank|provider',
  fulfilment: 'worker|warehouse',
}
const names = (component: string, text: string): boolean =>
  new RegExp(String.raw`\b(?:${component}|${alsoCalled[component] ?? component})\b`, 'i').test(text)

/** What a note says about the cause, compared with what was true and known then; `known` is whether it had been named. */
export function causeSaid(text: string, { cause }: Pick<Scenario, 'cause'>, known: boolean): { ok: boolean; note: string | null } {
  const truth = `${cause.component}, ${cause.category}`
  const all = sentences(text)
  const open = all.filter((sentence) => unknownCause.test(sentence))
  const claims = all.filter((sentence) => ofCause.test(sentence) && !open.includes(sentence))
  const components = [cause, ...cause.accept].map(({ component }) => component)
  const isRight = claims.some((sentence) => components.some((component) => names(component, sentence)))
  if (isRight) return { ok: true, note: null }
  if (known) return { ok: false, note: `it had been named: ${truth}` }
  if (claims.some((sentence) => !isHedged(sentence) && aComponent(sentence)))
    return { ok: false, note: `it was not known yet, and was another: ${truth}` }
  const says = open.length > 0 || claims.some((sentence) => isHedged(sentence))
  return says ? { ok: true, note: null } : { ok: false, note: 'it was not known yet, which the note does not say' }
}

const services = [...serviceNames, ...datastoreNames]
const aComponent = (sentence: string): boolean => services.some((component) => names(component, sentence))

/** A time of day in a note. */
export const utc = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`

/** When the harm to users began, as far as it had happened when a note was written. */
export function beganBefore({ startedAt, pagedAt }: DrillState, injectedAt: number | null, at: number): Began {
  const from = Math.min(injectedAt ?? startedAt, at)
  return { startedAt, at, from, to: Math.max(from, Math.min(pagedAt ?? at, at)) }
}
