import type { FastifyInstance } from 'fastify'
import type { Database, Queryable } from '../kit/database.ts'
import { HttpError } from '../kit/errors.ts'
import type { Flags } from '../kit/flags.ts'
import { counter } from '../kit/metrics.ts'
import { flagContextOf } from '../kit/visitor.ts'
import { commit, fromFullest, inTurnFromTwo, release, reserve } from './reservations.ts'
import type { Behaviour } from './releases.ts'

const sku = { type: 'string', pattern: '^P[0-9]{5}$' } as const
const orderParams = { type: 'object', properties: { orderId: { type: 'string', format: 'uuid' } }, required: ['orderId'] } as const

interface ReservationBody {
  orderId: string
  items: { sku: string; quantity: number }[]
}

interface Dependencies {
  database: Database
  /** The source of availability. */
  reads: Queryable
  behaviour: Behaviour
  flags: Flags
}

export function registerRoutes(app: FastifyInstance, { database, reads, behaviour, flags }: Dependencies): void {
  const reservations = counter('inventory_reservations_total', 'Reservations by outcome', ['outcome'] as const)
  for (const outcome of ['held', 'sold-out', 'shipped', 'released']) reservations.inc({ outcome }, 0)

  app.get<{ Querystring: { skus: string } }>(
    '/stock',
    { schema: { querystring: { type: 'object', properties: { skus: { type: 'string', maxLength: 1_000 } }, required: ['skus'] } } },
    async (request) => ({ stock: await behaviour.availability(reads, request.query.skus.split(',')) }),
  )

  /** The twenty products that are nearest to being sold out. Reads all stock, which is slow, and is called rarely. */
  app.get('/shortages', async () => {
    const { rows } = await reads.query(
      `select sku, sum(available)::int available, percentile_cont(0.5) within group (order by available) median
       from stock group by sku order by 2, 1 limit 20`,
    )
    return { shortages: rows }
  })

  app.post<{ Body: ReservationBody }>(
    '/reservations',
    {
      schema: {
        body: {
          type: 'object',
          required: ['orderId', 'items'],
          properties: {
            orderId: { type: 'string', format: 'uuid' },
            items: {
              type: 'array',
              minItems: 1,
              maxItems: 20,
              items: {
                type: 'object',
                required: ['sku', 'quantity'],
                properties: { sku, quantity: { type: 'integer', minimum: 1, maximum: 100 } },
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const fromTwo = await flags.getBooleanValue('two-warehouses', false, flagContextOf(request.headers))
      const missing = await reserve(database, request.body.orderId, request.body.items, fromTwo ? inTurnFromTwo : fromFullest)
      reservations.inc({ outcome: missing ? 'sold-out' : 'held' })
      if (missing) throw new HttpError(409, 'sold-out', `not enough of ${missing}`)
      return reply.code(201).send({ orderId: request.body.orderId, state: 'held' })
    },
  )

  app.post<{ Params: { orderId: string } }>('/reservations/:orderId/commit', { schema: { params: orderParams } }, async (request) => {
    reservations.inc({ outcome: 'shipped' }, (await commit(database, request.params.orderId)) ? 1 : 0)
    return { orderId: request.params.orderId, state: 'shipped' }
  })

  app.delete<{ Params: { orderId: string } }>('/reservations/:orderId', { schema: { params: orderParams } }, async (request) => {
    reservations.inc({ outcome: 'released' }, (await release(database, request.params.orderId)) ? 1 : 0)
    return { orderId: request.params.orderId, state: 'released' }
  })
}
