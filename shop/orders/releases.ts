/** What each release of orders does differently. Selected by the configured version. */
export interface Behaviour {
  /** Timeout of payments, in milliseconds; null for none. */
  paymentTimeoutMs: number | null
  /** Keeps a database connection and its transaction open during the call to payments. */
  chargeInsideTransaction: boolean
  /** The message to fulfilment about a confirmed order; the agreed one by default. */
  message?(order: ConfirmedOrder): unknown
}

interface ConfirmedOrder {
  orderId: string
  customer: string
  items: { sku: string; quantity: number }[]
  /** ISO 8601. */
  confirmedAt: string
}

const careful: Behaviour = { paymentTimeoutMs: 2_000, chargeInsideTransaction: false }
/** No timeout, and a connection held meanwhile: a slow bank exhausts the pool. */
const trusting: Behaviour = { paymentTimeoutMs: null, chargeInsideTransaction: true }

/** Calls the items of an order its lines, as the new partner does; the consumers of the message were to be told. */
const renaming: Behaviour = {
  ...careful,
  message: ({ items, ...order }) => ({ ...order, lines: items.map(({ sku, quantity }) => ({ product: sku, quantity })) }),
}

export const releases: Record<string, Behaviour> = {
  '3.0.5': careful,
  '3.1.0': careful,
  '3.1.1': careful,
  '3.2.0': trusting,
  '3.3.0': renaming,
}
