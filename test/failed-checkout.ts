import type { KeptRequest } from '../model/tickets.ts'

/** A failed checkout, as Locust keeps a customer's request, or another request by `changed`. Each `number` has its own customer and trace. */
export const failedCheckout = (number: number, at: number, changed: Partial<KeptRequest> = {}): KeptRequest => ({
  number,
  at,
  journey: 'checkout',
  wrong: 'failed',
  asked: '/api/checkout',
  customer: `customer-${number}`,
  product: 'P00012',
  order: null,
  status: 503,
  durationMs: 40,
  trace: (number * 7919).toString(16).padStart(32, '0'),
  ...changed,
})
