import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Database } from '../kit/database.ts'
import { HttpError } from '../kit/errors.ts'
import { turns } from '../kit/in-turn.ts'
import { counter, gauge } from '../kit/metrics.ts'
import type { Behaviour } from './releases.ts'
import type { Bank } from './sandbox.ts'
import { signCharge } from './signature.ts'

interface Dependencies {
  database: Database
  behaviour: Behaviour
  /** Aborts when the bank is not to be waited for any longer. */
  stopping: AbortSignal
  bank: Bank
  /** With which requests to the bank are signed. */
  bankKey: string
  /** Share of cards that the bank declines, in percent. */
  declinePercent: number
}

const hangsMs = 60_000

interface ChargeBody {
  orderId: string
  amountCents: number
  card: string
}

export function registerRoutes(app: FastifyInstance, { database, behaviour, stopping, bank, bankKey, declinePercent }: Dependencies): void {
  const charges = counter('payments_charges_total', 'Charges by outcome', ['state'] as const)
  for (const state of ['charged', 'declined', 'refunded']) charges.inc({ state }, 0)
  const waiting = gauge('payments_bank_waiting', 'Charges that are with the bank, or wait for their turn', [] as const)

  const refused = counter('payments_bank_refusals_total', 'Requests that the bank refused before it looked at the card', [
    'reason',
  ] as const)
  for (const reason of ['invalid-signature', 'request-time-too-skewed']) refused.inc({ reason }, 0)

  const askBank = async (orderId: string, amountCents: number) => {
    for (let call = 0; call < behaviour.bankCalls; call++) {
      const { hangPercent, latencyMs } = bank.now()
      const refusal = await bank.refusal(bankKey, signCharge(bankKey, orderId, amountCents, Date.now()))
      const takesMs = Math.random() * 100 < hangPercent ? hangsMs : bankLatency(latencyMs)
      await delay(takesMs, undefined, { signal: stopping }).catch(() => {
        throw new HttpError(503, 'shutting-down', 'this instance stops, and the bank has not answered yet')
      })
      if (refusal) {
        refused.inc({ reason: refusal })
        throw new HttpError(502, 'bank-refused', `the bank answered 401 ${refusal}`)
      }
    }
  }
  const inTurn = turns()

  /** Charges an order once, however often it is called: the first outcome stands. */
  app.post<{ Body: ChargeBody }>(
    '/charges',
    {
      schema: {
        body: {
          type: 'object',
          required: ['orderId', 'amountCents', 'card'],
          properties: {
            orderId: { type: 'string', format: 'uuid' },
            amountCents: { type: 'integer', minimum: 1, maximum: 100_000_000 },
            card: { type: 'string', minLength: 4, maxLength: 40 },
          },
        },
      },
    },
    async (request, reply) => {
      const { orderId, amountCents, card } = request.body
      const { rows: before } = await database.query<{ state: string }>('select state from charges where order_id = $1', [orderId])
      const earlier = before[0]
      if (earlier) return reply.code(statusOf(earlier.state, 200)).send({ orderId, state: earlier.state })
      waiting.inc()
      const ask = () => askBank(orderId, amountCents)
      await (behaviour.inTurn ? inTurn(ask) : ask()).finally(() => waiting.dec())
      const state = shareOf(card) < declinePercent ? 'declined' : 'charged'
      const { rows } = await database.query<{ state: string }>(
        `insert into charges (order_id, amount_cents, state, receipt) values ($1, $2, $3, $4)
         on conflict (order_id) do update set order_id = excluded.order_id returning state`,
        [orderId, amountCents, state, state === 'charged' ? behaviour.receipt(orderId, amountCents) : null],
      )
      const settled = rows[0]?.state ?? state
      charges.inc({ state: settled })
      return reply.code(statusOf(settled, 201)).send({ orderId, state: settled })
    },
  )

  app.delete<{ Params: { orderId: string } }>(
    '/charges/:orderId',
    { schema: { params: { type: 'object', properties: { orderId: { type: 'string', format: 'uuid' } }, required: ['orderId'] } } },
    async (request) => {
      // Also when there is no charge yet: the bank may still be processing it, and must find the order cancelled.
      const { rowCount } = await database.query(
        `insert into charges (order_id, amount_cents, state) values ($1, 0, 'refunded')
         on conflict (order_id) do update set state = 'refunded' where charges.state = 'charged'`,
        [request.params.orderId],
      )
      charges.inc({ state: 'refunded' }, rowCount ?? 0)
      return { orderId: request.params.orderId, state: 'refunded' }
    },
  )
}

/** 402 for a card that was declined, 409 for an order that was cancelled meanwhile. */
const statusOf = (state: string, accepted: 200 | 201): number => (state === 'declined' ? 402 : state === 'refunded' ? 409 : accepted)

/** Log-normal, like the latency of a remote party: half the calls are below the median, with a long tail above. */
function bankLatency(medianMs: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
  return Math.min(medianMs * Math.exp(0.35 * normal), medianMs * 6)
}

/** The same card is always declined or never: by its place among a hundred. */
const shareOf = (card: string): number => (createHash('sha256').update(card).digest().readUInt32BE() / 2 ** 32) * 100
