/** What each release of orders does differently. Selected by the configured version. */
export interface Behaviour {
  /** Patience with payments, in milliseconds; null waits as long as it takes. */
  paymentTimeoutMs: number | null
  /** Keeps a database connection and its transaction open while payments is asked. */
  chargeInsideTransaction: boolean
}

const careful: Behaviour = { paymentTimeoutMs: 2_000, chargeInsideTransaction: false }
/** No timeout, and a connection held meanwhile: a slow bank empties the pool. */
const trusting: Behaviour = { paymentTimeoutMs: null, chargeInsideTransaction: true }

export const releases: Record<string, Behaviour> = { '3.0.5': careful, '3.1.0': careful, '3.2.0': trusting }
