import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Database } from '../kit/database.ts'
import { counter } from '../kit/metrics.ts'
import type { Behaviour } from './releases.ts'

interface Dependencies {
  database: Database
  behaviour: Behaviour
  /** The third party behind this service: its latency (median) and the share of cards that it declines. */
  bank: { latencyMs: number; declinePercent: number }
}

interface ChargeBody {
  orderId: string
  amountCents: number
  card: string
}

export function registerRoutes(app: FastifyInstance, { database, behaviour, bank }: Dependencies): void {
  const charges = counter('payments_charges_total', 'Charges by outcome', ['state'] as const)
  for (const state of ['charged', 'declined', 'refunded']) charges.inc({ state }, 0)

  /** Charges an order once, however often it is asked: the first outcome stands. */
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
      if (earlier) return reply.code(earlier.state === 'declined' ? 402 : 200).send({ orderId, state: earlier.state })
      await delay(bankLatency(bank.latencyMs))
      const state = shareOf(card) < bank.declinePercent ? 'declined' : 'charged'
      const { rows } = await database.query<{ state: string }>(
        `insert into charges (order_id, amount_cents, state, receipt) values ($1, $2, $3, $4)
         on conflict (order_id) do update set order_id = excluded.order_id returning state`,
        [orderId, amountCents, state, state === 'charged' ? behaviour.receipt(orderId, amountCents) : null],
      )
      const settled = rows[0]?.state ?? state
      charges.inc({ state: settled })
      return reply.code(settled === 'declined' ? 402 : 201).send({ orderId, state: settled })
    },
  )

  app.delete<{ Params: { orderId: string } }>(
    '/charges/:orderId',
    { schema: { params: { type: 'object', properties: { orderId: { type: 'string', format: 'uuid' } }, required: ['orderId'] } } },
    async (request) => {
      const { rowCount } = await database.query(`update charges set state = 'refunded' where order_id = $1 and state = 'charged'`, [
        request.params.orderId,
      ])
      charges.inc({ state: 'refunded' }, rowCount ?? 0)
      return { orderId: request.params.orderId, state: 'refunded' }
    },
  )
}

/** Log-normal, as the latency of a remote party is: half the calls below the median, a long tail above. */
function bankLatency(medianMs: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())
  return Math.min(medianMs * Math.exp(0.35 * normal), medianMs * 6)
}

/** The same card is always declined or never: its place among a hundred. */
const shareOf = (card: string): number => (createHash('sha256').update(card).digest().readUInt32BE() / 2 ** 32) * 100
