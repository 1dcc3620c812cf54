import { z } from 'zod'

/** What a customer complains about, by what they saw. */
export const ticketKinds = [
  'page-slow',
  'page-error',
  'order-slow',
  'order-error',
  'no-answer',
  'price',
  'not-shipped',
  'order-lost',
] as const
export const ticketKind = z.enum(ticketKinds)
export type TicketKind = z.infer<typeof ticketKind>
export const ticketKindTitles: Record<TicketKind, string> = {
  'page-slow': 'Slow page',
  'page-error': 'Error on a page',
  'order-slow': 'Slow order',
  'order-error': 'Order refused with an error',
  'no-answer': 'No answer',
  price: 'Two different prices',
  'not-shipped': 'Paid and not shipped',
  'order-lost': 'Order not found',
}

export const ticketLanguages = ['en', 'de', 'fr', 'es'] as const
const ticketLanguage = z.enum(ticketLanguages)
export type TicketLanguage = z.infer<typeof ticketLanguage>

export const ticketTemplateIds = ['known-problem', 'looking-into-it', 'works-again', 'checking-the-price', 'checking-the-order'] as const
export const ticketTemplateId = z.enum(ticketTemplateIds)
export type TicketTemplateId = z.infer<typeof ticketTemplateId>

const userJourney = z.enum(['browse', 'checkout'])

/** An order that the shop confirmed, as Locust's users keep it (`load/kept.py`). */
export const keptOrder = z.object({
  number: z.number().int().positive(),
  /** When it was sent, in milliseconds since the epoch. */
  at: z.number(),
  journey: userJourney,
  /** The address within the shop, with its query. */
  asked: z.string().max(300),
  customer: z.string().max(100),
  product: z.string().max(40).nullable(),
  /** An order's number, where the customer was given one. */
  order: z.string().max(100).nullable(),
  /** 0 when there was no answer. */
  status: z.number().int(),
  durationMs: z.number().nonnegative(),
  trace: z.string().regex(/^[0-9a-f]{32}$/),
})
export type KeptOrder = z.infer<typeof keptOrder>

/** What a customer saw on the page, and what the cart asked for the same product just after it, in cents. */
const twoPrices = z.object({ shownCents: z.number().int(), askedCents: z.number().int() })
export type TwoPrices = z.infer<typeof twoPrices>

/** A request that went wrong for a customer: most as Locust's users keep it, what became of an order by the shop's database. */
export const keptRequest = keptOrder.extend({
  wrong: z.enum(['failed', 'slow', 'price', 'unshipped', 'lost']),
  /** Only of `price`; Locust of an older range keeps none. */
  prices: twoPrices.optional(),
  /** When its customer notices, in milliseconds since the epoch; without it, when it was answered. */
  noticedAt: z.number().optional(),
})
export type KeptRequest = z.infer<typeof keptRequest>

/** What a customer wrote: only what they saw, and never why. */
export const openedTicket = z.object({
  /** Counts the tickets of a drill, from 1. */
  number: z.number().int().positive(),
  kind: ticketKind,
  journey: userJourney,
  customer: z.string(),
  product: z.string().nullable(),
  order: z.string().nullable(),
  asked: z.string(),
  /** Only of a ticket about two prices. */
  prices: twoPrices.optional(),
  /** When the customer's request was sent, in milliseconds since the epoch. */
  requestAt: z.number(),
  /** How long the customer waited for it. */
  durationMs: z.number(),
  language: ticketLanguage,
  text: z.string(),
  /** In English, where the text is not. */
  translation: z.string().nullable(),
  trace: z.string(),
})
export type OpenedTicket = z.infer<typeof openedTicket>

const ticketNumbers = z.array(z.number().int().positive()).min(1).max(100)
export const handledTickets = z.object({
  numbers: ticketNumbers,
  did: z.enum(['answered', 'linked', 'closed']),
  /** Only of an answer. */
  template: ticketTemplateId.nullable(),
})
export type HandledTickets = z.infer<typeof handledTickets>

/** What the API takes: which tickets, and for an answer, which template. */
export const whichTickets = z.object({ numbers: ticketNumbers })
export const answerTickets = whichTickets.extend({ template: ticketTemplateId })
