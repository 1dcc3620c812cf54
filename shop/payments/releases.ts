import { createHash, pbkdf2Sync } from 'node:crypto'

/** What each release of payments does differently. Selected by the configured version. */
export interface Behaviour {
  /** Calls to the bank for one charge, one after another. */
  bankCalls: number
  /** Charges call the bank one at a time, in order; otherwise independently. */
  inTurn: boolean
  receipt(orderId: string, amountCents: number): string
}

const numbered: Behaviour = {
  bankCalls: 1,
  inTurn: false,
  receipt: (orderId) => `R-${createHash('sha256').update(orderId).digest('hex').slice(0, 12)}`,
}

/** Signs with a key that is derived for each receipt, synchronously: this blocks all other requests. */
const signed: Behaviour = {
  ...numbered,
  receipt: (orderId, amountCents) =>
    `R-${pbkdf2Sync(`${orderId}:${amountCents}`, 'receipts', 400_000, 32, 'sha512').toString('hex').slice(0, 24)}`,
}

/** Authorises, then captures, and keeps the order of the bank's sequence numbers: charges wait their turn, even if their caller has left. */
const sequenced: Behaviour = { ...numbered, bankCalls: 2, inTurn: true }

export const releases: Record<string, Behaviour> = {
  '1.1.4': numbered,
  '1.2.0': numbered,
  '1.2.1': numbered,
  '1.3.0': signed,
  '1.4.0': sequenced,
}
