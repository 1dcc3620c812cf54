import { createHmac, timingSafeEqual } from 'node:crypto'

/** What the bank is asked for: signed with the key of the shop, at a time by the clock of whoever signs. */
export interface SignedCharge {
  orderId: string
  amountCents: number
  /** Milliseconds since the epoch. */
  signedAt: number
  signature: string
}

/** How far apart the clocks of the two may be: a request that somebody recorded is of no use to them later. */
const toleratedSkewMs = 60_000

const signatureOf = (key: string, { orderId, amountCents, signedAt }: Omit<SignedCharge, 'signature'>): string =>
  createHmac('sha256', key).update(`${signedAt}.${orderId}.${amountCents}`).digest('hex')

export function signCharge(key: string, orderId: string, amountCents: number, signedAt: number): SignedCharge {
  const charge = { orderId, amountCents, signedAt }
  return { ...charge, signature: signatureOf(key, charge) }
}

export type Refusal = 'invalid-signature' | 'request-time-too-skewed'

/** Why the bank does not take a request, if it does not; `now` by the bank's clock, in milliseconds since the epoch. */
export function refusalOf(key: string, charge: SignedCharge, now: number): Refusal | null {
  const [given, wanted] = [Buffer.from(charge.signature, 'hex'), Buffer.from(signatureOf(key, charge), 'hex')]
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'invalid-signature'
  return Math.abs(now - charge.signedAt) > toleratedSkewMs ? 'request-time-too-skewed' : null
}
