import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span } from '../model/telemetry.ts'
import type { KeptRequest, OpenedTicket } from '../model/tickets.ts'
import { missingEvidence } from './ticket-evidence.ts'
import { kindOf } from './tickets.ts'

const sentAt = 1_000_000

function ticket(wrong: KeptRequest['wrong'], changes: Partial<OpenedTicket> & { status?: number } = {}): OpenedTicket {
  const { status = 200, ...rest } = changes
  const journey = rest.journey ?? 'checkout'
  const request = {
    number: 1,
    at: sentAt,
    journey,
    asked: '/api/checkout',
    customer: 'c',
    product: 'P00007',
    order: null,
    durationMs: 3_000,
    trace: 't',
  }
  const kind = kindOf({ ...request, wrong, status })
  return { ...request, kind, requestAt: sentAt, language: 'en', text: '', translation: null, ...rest }
}

function span(changes: Partial<Span> = {}): Span {
  const attributes = { 'url.path': '/api/checkout', 'user.journey': 'checkout', 'http.response.status_code': '201' }
  return {
    traceId: 't',
    spanId: 's',
    parentSpanId: '',
    name: 'POST /api/checkout',
    kind: 'client',
    service: 'locust',
    startUs: sentAt * 1e3,
    durationUs: 301e4,
    status: 'Unset',
    statusMessage: '',
    resource: {},
    events: [],
    ...changes,
    attributes: {
      ...attributes,
      ...changes.attributes,
    },
  }
}
const code = (status: number) => ({ 'http.response.status_code': String(status) })
const failed = (status: number) => span({ status: 'Error', attributes: code(status) })
const lacks = (asked: OpenedTicket, ...spans: Span[]) => missingEvidence(asked, spans, { noticedAt: sentAt + 33_000 })

test('a ticket is confirmed by its customer’s span: the URL, the journey and the time', () => {
  assert.deepEqual(lacks(ticket('slow'), span()), [])
  assert.deepEqual(lacks(ticket('slow')), ['there is no such trace'])
  assert.deepEqual(lacks(ticket('slow'), span({ service: 'gateway' })), ["the customer's span is not in the trace"])
  assert.deepEqual(lacks(ticket('slow'), span({ parentSpanId: 'another' })), ["the customer's span is not in the trace"])
  assert.deepEqual(lacks(ticket('slow', { asked: '/api/cart' }), span()), ['it is of another address'])
  assert.deepEqual(lacks(ticket('slow', { journey: 'browse' }), span()), ['it is of another journey'])
  assert.deepEqual(lacks(ticket('slow'), span({ durationUs: 3_240_000 })), [])
  assert.deepEqual(lacks(ticket('slow'), span({ durationUs: 3_260_000 })), ['it took another time'])
  assert.deepEqual(lacks(ticket('slow'), span({ durationUs: 2_740_000 })), ['it took another time'])
})

test('an error and a missing answer are distinguished in the trace', () => {
  assert.deepEqual(lacks(ticket('failed', { status: 503 }), failed(503)), [])
  assert.deepEqual(lacks(ticket('failed', { status: 503 }), span()), ['it did not fail'])
  assert.deepEqual(lacks(ticket('failed', { status: 503 }), failed(0)), ['it did not fail'])
  assert.deepEqual(lacks(ticket('failed', { status: 0 }), failed(0)), [])
  assert.deepEqual(lacks(ticket('failed', { status: 0 }), failed(503)), ['it was answered'])
})

test('two prices are in the trace, with their product', () => {
  const asked = ticket('price', { prices: { shownCents: 100, askedCents: 120 } })
  const seen = (product: string, shown: number, price: number) =>
    span({ attributes: { 'cart.product': product, 'cart.price_shown_cents': String(shown), 'cart.price_asked_cents': String(price) } })
  assert.deepEqual(lacks(asked, seen('P00007', 100, 120)), [])
  assert.deepEqual(lacks(asked, seen('P00008', 100, 120)), ['it is of another product'])
  assert.deepEqual(lacks(asked, seen('P00007', 100, 121)), ['it has other prices'])
  assert.deepEqual(lacks(asked, seen('P00007', 101, 120)), ['it has other prices'])
  assert.deepEqual(lacks(ticket('price'), seen('P00007', 100, 120)), ['it has other prices'])
})

test('an order that is missing was confirmed, and no parcel was written for it before its customer noticed', () => {
  const parcel = (seconds: number, status = 'Unset') =>
    span({
      status,
      service: 'fulfilment',
      parentSpanId: 's',
      startUs: (sentAt + seconds * 1e3) * 1e3,
      attributes: { 'db.statement': 'INSERT INTO shipments (order_id) values ($1)' },
    })
  assert.deepEqual(lacks(ticket('unshipped'), span()), [])
  assert.deepEqual(lacks(ticket('unshipped'), span(), parcel(40)), [], 'it was sent later')
  assert.deepEqual(lacks(ticket('unshipped'), span(), parcel(20)), ['its parcel is there'])
  assert.deepEqual(lacks(ticket('unshipped'), span(), parcel(20, 'Error')), [], 'it could not be written')
  assert.deepEqual(lacks(ticket('unshipped'), failed(503)), ['the order was not confirmed'])
  assert.deepEqual(lacks(ticket('lost'), span({ attributes: code(200) }), parcel(20)), [])
  assert.deepEqual(lacks(ticket('lost'), failed(503)), ['the order was not confirmed'])
})
