import type { FastifyInstance } from 'fastify'
import type { Cache } from '../kit/cache.ts'
import type { Database } from '../kit/database.ts'
import { HttpError } from '../kit/errors.ts'
import type { Behaviour } from './releases.ts'

interface Product {
  sku: string
  name: string
  category: string
  description: string
  priceCents: number
}

interface Dependencies {
  database: Database
  cache: Cache
  behaviour: Behaviour
}

const pageSize = 24
const columns = 'sku, name, category, description, price_cents as "priceCents"'
const sku = { type: 'string', pattern: '^P[0-9]{5}$' } as const

export function registerRoutes(app: FastifyInstance, { database, cache, behaviour }: Dependencies): void {
  app.get<{ Querystring: { category?: string; page: number } }>(
    '/products',
    {
      schema: {
        querystring: {
          type: 'object',
          properties: {
            category: { type: 'string', maxLength: 40 },
            page: { type: 'integer', minimum: 1, maximum: 1_000, default: 1 },
          },
        },
      },
    },
    async (request) => {
      const { category = '', page } = request.query
      return cache.get(behaviour.cacheKey(`page:${category}:${page}`, visitor(request.headers)), async () => {
        const { rows } = await database.query<Product>(
          `select ${columns} from products where $1 = '' or category = $1 order by sku limit $2 offset $3`,
          [category, pageSize, (page - 1) * pageSize],
        )
        return { page, products: rows }
      })
    },
  )

  app.get<{ Params: { sku: string } }>(
    '/products/:sku',
    { schema: { params: { type: 'object', properties: { sku }, required: ['sku'] } } },
    async (request) =>
      cache.get(behaviour.cacheKey(`product:${request.params.sku}`, visitor(request.headers)), async () => {
        const { rows } = await database.query<Product>(`select ${columns} from products where sku = $1`, [request.params.sku])
        if (!rows[0]) throw new HttpError(404, 'no-such-product', `there is no product ${request.params.sku}`)
        return rows[0]
      }),
  )

  /** Prices of several products, never from the cache: what an order is charged by. */
  app.get<{ Querystring: { skus: string } }>(
    '/prices',
    { schema: { querystring: { type: 'object', properties: { skus: { type: 'string', maxLength: 1_000 } }, required: ['skus'] } } },
    async (request) => {
      const { rows } = await database.query<{ sku: string; priceCents: number }>(
        'select sku, price_cents as "priceCents" from products where sku = any($1)',
        [request.query.skus.split(',')],
      )
      return { prices: Object.fromEntries(rows.map((row) => [row.sku, row.priceCents])) }
    },
  )

  app.put<{ Params: { sku: string }; Body: { priceCents: number } }>(
    '/products/:sku/price',
    {
      schema: {
        params: { type: 'object', properties: { sku }, required: ['sku'] },
        body: {
          type: 'object',
          properties: { priceCents: { type: 'integer', minimum: 1, maximum: 10_000_000 } },
          required: ['priceCents'],
        },
      },
    },
    async (request) => {
      const { rows } = await database.query<{ category: string; place: string }>(
        `update products p set price_cents = $2, updated_at = now() where sku = $1
         returning category, (select count(*) from products q where q.category = p.category and q.sku <= p.sku) as place`,
        [request.params.sku, request.body.priceCents],
      )
      const changed = rows[0]
      if (!changed) throw new HttpError(404, 'no-such-product', `there is no product ${request.params.sku}`)
      // Numbers are dense from 1, so the place in the whole list is the number in the SKU.
      const overallPage = Math.ceil(Number(request.params.sku.slice(1)) / pageSize)
      const categoryPage = Math.ceil(Number(changed.place) / pageSize)
      await cache.invalidate([
        `catalog:product:${request.params.sku}`,
        `catalog:page::${overallPage}`,
        `catalog:page:${changed.category}:${categoryPage}`,
      ])
      return { sku: request.params.sku, priceCents: request.body.priceCents }
    },
  )
}

function visitor(headers: Record<string, string | string[] | undefined>): string {
  const given = headers['x-visitor']
  return typeof given === 'string' && given !== '' ? given : 'anonymous'
}
