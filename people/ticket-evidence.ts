import type { Span } from '../model/telemetry.ts'
import type { OpenedTicket } from '../model/tickets.ts'

/** The customer's measurement and that of their span may differ by this much: they are made one after the other. */
const timeDiffersBy = { milliseconds: 100, share: 0.05 }

/** When a ticket about the state of an order was true, in milliseconds since the epoch. */
interface Known {
  noticedAt: number
}

/**
 * What a trace lacks as evidence for a ticket, in words; empty if it is complete. The root is the customer's own span: the URL and the journey, the
 * time, the answer or its absence, both prices. Its answer shows that an order was confirmed; the absence of a worker's span until `noticedAt` shows
 * that it was not shipped. No trace can show that the database has lost the order.
 */
export function missingEvidence(ticket: OpenedTicket, spans: readonly Span[], { noticedAt }: Known): string[] {
  const root = spans.find(({ service, parentSpanId }) => service === 'locust' && parentSpanId === '')
  if (!root) return [spans.length === 0 ? 'there is no such trace' : "the customer's span is not in the trace"]
  const status = Number(root.attributes['http.response.status_code'])
  const tookMs = root.durationUs / 1_000
  const failed = root.status === 'Error'
  const shipped = spans.some(
    ({ service, startUs, status: outcome, attributes }) =>
      service === 'fulfilment' &&
      outcome !== 'Error' &&
      /insert into shipments/i.test(Object.values(attributes).join(' ')) &&
      startUs / 1_000 < noticedAt,
  )
  const checks: Record<string, boolean> = {
    'it is of another address': root.attributes['url.path'] === ticket.asked,
    'it is of another journey': root.attributes['user.journey'] === ticket.journey,
    'it took another time': Math.abs(tookMs - ticket.durationMs) <= timeDiffersBy.milliseconds + timeDiffersBy.share * ticket.durationMs,
    ...aboutKind(ticket, root, { status, failed, shipped }),
  }
  return Object.entries(checks).flatMap(([lack, holds]) => (holds ? [] : [lack]))
}

function aboutKind(
  { kind, prices, product }: OpenedTicket,
  { attributes }: Span,
  { status, failed, shipped }: { status: number; failed: boolean; shipped: boolean },
): Record<string, boolean> {
  switch (kind) {
    case 'page-slow':
    case 'order-slow':
      return {}
    case 'page-error':
    case 'order-error':
      return { 'it did not fail': failed && status > 0 }
    case 'no-answer':
      return { 'it was answered': failed && status === 0 }
    case 'price':
      return {
        'it is of another product': product !== null && attributes['cart.product'] === product,
        'it has other prices':
          prices !== undefined &&
          Number(attributes['cart.price_shown_cents']) === prices.shownCents &&
          Number(attributes['cart.price_asked_cents']) === prices.askedCents,
      }
    case 'order-lost':
      return { 'the order was not confirmed': status === 201 || status === 200 }
    case 'not-shipped':
      return { 'the order was not confirmed': status === 201 || status === 200, 'its parcel is there': !shipped }
  }
}
