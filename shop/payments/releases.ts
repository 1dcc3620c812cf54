import { createHash, pbkdf2Sync } from 'node:crypto'

/** What each release of payments does differently. Selected by the configured version. */
export interface Behaviour {
  receipt(orderId: string, amountCents: number): string
}

const numbered: Behaviour = {
  receipt: (orderId) => `R-${createHash('sha256').update(orderId).digest('hex').slice(0, 12)}`,
}

/** Signs with a key that is derived anew for each receipt, synchronously: nothing else is answered meanwhile. */
const signed: Behaviour = {
  receipt: (orderId, amountCents) =>
    `R-${pbkdf2Sync(`${orderId}:${amountCents}`, 'receipts', 400_000, 32, 'sha512').toString('hex').slice(0, 24)}`,
}

export const releases: Record<string, Behaviour> = { '1.1.4': numbered, '1.2.0': numbered, '1.3.0': signed }
