import { trace } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'
import { HttpError } from '../kit/errors.ts'
import type { Flags } from '../kit/flags.ts'
import type { Client } from '../kit/http-client.ts'
import { flagContextOf, visitorHeaders } from '../kit/visitor.ts'
import { countJourneys, type Journey } from './journeys.ts'
import { limitRate } from './rate-limit.ts'
import { requireCurrent } from './price-age.ts'
import type { Behaviour } from './releases.ts'

interface Dependencies {
  catalog: Client
  inventory: Client
  orders: Client
  behaviour: Behaviour
  flags: Flags
  slowAfterMs: Record<Journey, number>
  rateLimitRps: number
}

interface Product {
  sku: string
  priceCents: number
}

const sku = { type: 'string', pattern: '^P[0-9]{5}$' } as const
const items = {
  type: 'array',
  minItems: 1,
  maxItems: 20,
  items: {
    type: 'object',
    required: ['sku', 'quantity'],
    properties: { sku, quantity: { type: 'integer', minimum: 1, maximum: 100 } },
  },
} as const
type Items = { sku: string; quantity: number }[]

/** The shop's public API. */
export function registerApi(app: FastifyInstance, dependencies: Dependencies): void {
  const { behaviour, slowAfterMs, rateLimitRps } = dependencies
  countJourneys(app, slowAfterMs)
  limitRate(app, rateLimitRps)

  const { suspicious } = behaviour
  if (suspicious)
    app.addHook<{ Body?: { items?: Items } }>('preHandler', async ({ body }) => {
      if (body?.items && suspicious(JSON.stringify({ items: body.items }))) throw new HttpError(403, 'refused', 'this cart is not accepted')
    })

  productRoutes(app, dependencies)
  cartRoute(app, dependencies)
  orderRoutes(app, dependencies)
}

function productRoutes(app: FastifyInstance, { catalog, inventory, behaviour, flags }: Dependencies): void {
  app.get<{ Querystring: { category?: string; page?: number } }>(
    '/api/products',
    {
      config: { journey: 'browse' },
      schema: {
        querystring: {
          type: 'object',
          properties: { category: { type: 'string', maxLength: 40 }, page: { type: 'integer', minimum: 1, maximum: 1_000 } },
        },
      },
    },
    async (request) => {
      const size = await flags.getNumberValue('page-size', 24, flagContextOf(request.headers))
      const { category = '', page: number = 1 } = request.query
      const query = new URLSearchParams({ category, page: String(number), size: String(size) })
      const { body } = await catalog.call<{ page: number; products: Product[] }>('GET', `/products?${query}`, {
        headers: visitorHeaders(request.headers),
      })
      const stock =
        body.products.length > 0
          ? await stockOf(
              inventory,
              body.products.map((product) => product.sku),
            )
          : {}
      const page = { ...body, products: body.products.map((product) => ({ ...product, available: stock[product.sku] ?? 0 })) }
      behaviour.onPage(page)
      return page
    },
  )

  app.get<{ Params: { sku: string } }>(
    '/api/products/:sku',
    { config: { journey: 'browse' }, schema: { params: { type: 'object', properties: { sku }, required: ['sku'] } } },
    async (request) => {
      const path = `/products/${request.params.sku}`
      const [product, stock] = await Promise.all([
        catalog.call<Product & { message?: string }>('GET', path, { headers: visitorHeaders(request.headers) }),
        stockOf(inventory, [request.params.sku]),
      ])
      if (product.status === 404) throw new HttpError(404, 'no-such-product', `there is no product ${request.params.sku}`)
      const available = stock[request.params.sku] ?? 0
      const inWords = await flags.getBooleanValue('stock-words', false, flagContextOf(request.headers))
      return { ...product.body, available, ...(inWords ? { stock: stockInWords(available) } : {}) }
    },
  )

  app.put<{ Params: { sku: string }; Body: { priceCents: number } }>(
    '/api/products/:sku/price',
    {
      schema: {
        params: { type: 'object', properties: { sku }, required: ['sku'] },
        body: {
          type: 'object',
          required: ['priceCents'],
          properties: { priceCents: { type: 'integer', minimum: 1, maximum: 10_000_000 } },
        },
      },
    },
    async (request, reply) => {
      const answer = await catalog.call('PUT', `/products/${request.params.sku}/price`, { json: request.body })
      return reply.code(answer.status).send(answer.body)
    },
  )
}

function cartRoute(app: FastifyInstance, { catalog, inventory }: Dependencies): void {
  app.post<{ Body: { items: Items } }>(
    '/api/cart',
    { config: { journey: 'browse' }, schema: { body: { type: 'object', required: ['items'], properties: { items } } } },
    async (request) => {
      const priced = await pricesOf(catalog, request.body.items)
      trace.getActiveSpan()?.setAttribute('cart.prices_cents', priced.map(({ sku, priceCents }) => `${sku}=${priceCents}`).join(' '))
      const stock = await stockOf(
        inventory,
        priced.map((item) => item.sku),
      )
      return {
        items: priced.map((item) => ({ ...item, inStock: (stock[item.sku] ?? 0) >= item.quantity })),
        totalCents: priced.reduce((sum, item) => sum + item.priceCents * item.quantity, 0),
      }
    },
  )
}

function orderRoutes(app: FastifyInstance, { catalog, orders }: Dependencies): void {
  app.post<{ Headers: { 'idempotency-key': string }; Body: { customer: string; card: string; items: Items } }>(
    '/api/checkout',
    {
      config: { journey: 'checkout' },
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
            items,
          },
        },
      },
    },
    async (request, reply) => {
      const { customer, card } = request.body
      const answer = await orders.call('POST', '/orders', {
        headers: { 'idempotency-key': request.headers['idempotency-key'], ...visitorHeaders(request.headers) },
        json: { customer, card, items: await pricesOf(catalog, request.body.items) },
      })
      return reply.code(answer.status).send(answer.body)
    },
  )

  app.get<{ Params: { id: string } }>(
    '/api/orders/:id',
    { schema: { params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } }, required: ['id'] } } },
    async (request, reply) => {
      const answer = await orders.call('GET', `/orders/${request.params.id}`)
      return reply.code(answer.status).send(answer.body)
    },
  )
}

const stockInWords = (available: number): string => (available === 0 ? 'none' : available < 10 ? 'few' : 'plenty')

async function stockOf(inventory: Client, skus: string[]): Promise<Record<string, number>> {
  const { body } = await inventory.call<{ stock: Record<string, number> }>('GET', `/stock?skus=${skus.join(',')}`)
  return body.stock
}

async function pricesOf(catalog: Client, wanted: Items) {
  const skus = wanted.map((item) => item.sku).join(',')
  const { body } = await catalog.call<{ asOf: string; prices: Record<string, number> }>('GET', `/prices?skus=${skus}`)
  requireCurrent(body.asOf, Date.now())
  return wanted.map((item) => {
    const priceCents = body.prices[item.sku]
    if (priceCents === undefined) throw new HttpError(404, 'no-such-product', `there is no product ${item.sku}`)
    return { ...item, priceCents }
  })
}
