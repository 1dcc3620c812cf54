import type { FastifyInstance } from 'fastify'
import type { Database } from '../kit/database.ts'
import { HttpError } from '../kit/errors.ts'
import { visitorHeaders } from '../kit/visitor.ts'
import type { OrderRequest, PlacedOrder } from './place-order.ts'

interface Dependencies {
  database: Database
  /** `caller` are the headers that say who the customer is. */
  place(idempotencyKey: string, order: OrderRequest, caller: Record<string, string>): Promise<PlacedOrder>
}

const statusOf = { confirmed: 201, fulfilled: 200, declined: 402, 'sold-out': 409, failed: 502, pending: 202 } as const

export function registerRoutes(app: FastifyInstance, { database, place }: Dependencies): void {
  app.post<{ Headers: { 'idempotency-key': string }; Body: OrderRequest }>(
    '/orders',
    {
      schema: {
        headers: {
          type: 'object',
          required: ['idempotency-key'],
          properties: { 'idempotency-key': { type: 'string', minLength: 8, maxLength: 100 } },
        },
        body: {
          type: 'object',
          required: ['customer', 'card', 'items'],
          properties: {
            customer: { type: 'string', minLength: 1, maxLength: 100 },
            card: { type: 'string', minLength: 4, maxLength: 40 },
            items: {
              type: 'array',
              minItems: 1,
              maxItems: 20,
              items: {
                type: 'object',
                required: ['sku', 'quantity', 'priceCents'],
                properties: {
                  sku: { type: 'string', pattern: '^P[0-9]{5}$' },
                  quantity: { type: 'integer', minimum: 1, maximum: 100 },
                  priceCents: { type: 'integer', minimum: 1 },
                },
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const order = await place(request.headers['idempotency-key'], request.body, visitorHeaders(request.headers))
      return reply.code(statusOf[order.state]).send(order)
    },
  )

  app.get<{ Params: { id: string } }>(
    '/orders/:id',
    { schema: { params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'] } } },
    async (request) => {
      const { rows } = await database.query(
        `select id, customer, items, total_cents as "totalCents", state, created_at as "createdAt", confirmed_at as "confirmedAt",
           fulfilled_at as "fulfilledAt" from orders where id = $1`,
        [request.params.id],
      )
      if (!rows[0]) throw new HttpError(404, 'no-such-order', `there is no order ${request.params.id}`)
      return rows[0]
    },
  )
}
