import type { FastifyInstance } from 'fastify'
import type { Cache } from '../kit/cache.ts'
import type { Database, Queryable } from '../kit/database.ts'
import { HttpError } from '../kit/errors.ts'
import type { Flags } from '../kit/flags.ts'
import { turns } from '../kit/in-turn.ts'
import { flagContextOf } from '../kit/visitor.ts'
import type { Behaviour } from './releases.ts'
import { similarTo } from './similar.ts'

interface Product {
  sku: string
  name: string
  category: string
  description: string
  priceCents: number
}

interface Dependencies {
  database: Database
  /** Where pages, products and prices are read: the same database, or a replica. */
  reads: Queryable
  cache: Cache
  behaviour: Behaviour
  flags: Flags
}

/** Of a page that nobody has asked for in another size. */
const usualSize = 24
/** Sizes of pages that may be in the cache. */
const sizes = new Set([usualSize])
const pageKey = (category: string, page: number, size: number) => `page:${category}:${page}${size === usualSize ? '' : `:${size}`}`
const columns = 'sku, name, category, description, price_cents as "priceCents"'
const sku = { type: 'string', pattern: '^P[0-9]{5}$' } as const

export function registerRoutes(app: FastifyInstance, dependencies: Dependencies): void {
  const { reads, cache, behaviour, flags } = dependencies
  /** One after another: in parallel it would take all of the database's time. */
  const inTurn = turns()

  const one = (asked: string, by: string): Promise<Product | null> =>
    cache.get(behaviour.cacheKey(`product:${asked}`, by), async () => {
      const { rows } = await reads.query<Product>(`select ${columns} from products where sku = $1`, [asked])
      return rows[0] ?? null
    })

  /** The price for the caller, who may be a member. */
  async function asPriced(products: Product[], headers: Record<string, string | string[] | undefined>): Promise<Product[]> {
    if (!behaviour.memberPrices || typeof headers['x-member'] !== 'string') return products
    const { rows } = await reads.query<{ sku: string; priceCents: number }>(
      `select sku, price_cents as "priceCents" from member_prices where member_level = $1 and sku = any($2)`,
      [headers['x-member'], products.map(({ sku }) => sku)],
    )
    const own = new Map(rows.map(({ sku, priceCents }) => [sku, priceCents]))
    return products.map((product) => ({ ...product, priceCents: own.get(product.sku) ?? product.priceCents }))
  }

  app.get<{ Querystring: { category?: string; page: number; size: number } }>(
    '/products',
    {
      schema: {
        querystring: {
          type: 'object',
          properties: {
            category: { type: 'string', maxLength: 40 },
            page: { type: 'integer', minimum: 1, maximum: 1_000, default: 1 },
            size: { type: 'integer', minimum: 1, maximum: 200, default: usualSize },
          },
        },
      },
    },
    async (request) => {
      const { category = '', page, size } = request.query
      sizes.add(size)
      const found = await cache.get(behaviour.cacheKey(pageKey(category, page, size), visitor(request.headers)), async () => {
        const { rows } = await reads.query<Product>(
          `select ${columns} from products where $1 = '' or category = $1 order by sku limit $2 offset $3`,
          [category, size, (page - 1) * size],
        )
        return { page, products: rows, ...(behaviour.related ? { related: await inTurn(() => relatedTo(reads, rows)) } : {}) }
      })
      const products = await asPriced(found.products, request.headers)
      const showsSimilar = await flags.getBooleanValue('similar-products', false, flagContextOf(request.headers))
      return { ...found, products, ...(showsSimilar ? { similar: await similarTo(reads, products) } : {}) }
    },
  )

  app.get<{ Params: { sku: string } }>(
    '/products/:sku',
    { schema: { params: { type: 'object', properties: { sku }, required: ['sku'] } } },
    async (request) => {
      const product = await one(request.params.sku, visitor(request.headers))
      if (!product) throw new HttpError(404, 'no-such-product', `there is no product ${request.params.sku}`)
      const [priced] = await asPriced([product], request.headers)
      return { ...priced, ...(behaviour.shipping ? { shipping: behaviour.shipping(product) } : {}) }
    },
  )

  /** Prices of several products, which orders are charged by, and when they were read; unknown products are missing from the result. */
  app.get<{ Querystring: { skus: string } }>(
    '/prices',
    { schema: { querystring: { type: 'object', properties: { skus: { type: 'string', maxLength: 1_000 } }, required: ['skus'] } } },
    async (request) => {
      const skus = [...new Set(request.query.skus.split(','))]
      const products = await Promise.all(skus.map((asked) => one(asked, visitor(request.headers))))
      return {
        asOf: new Date().toISOString(),
        prices: Object.fromEntries(products.flatMap((product) => (product ? [[product.sku, product.priceCents]] : []))),
      }
    },
  )

  priceRoute(app, dependencies)
}

/** Changes a price, and invalidates cached pages and products with it. */
function priceRoute(app: FastifyInstance, { database, cache, behaviour }: Omit<Dependencies, 'flags'>): void {
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
      const overall = Number(request.params.sku.slice(1))
      const pages = [...sizes].flatMap((size) => [
        behaviour.changedKey(pageKey('', Math.ceil(overall / size), size)),
        behaviour.changedKey(pageKey(changed.category, Math.ceil(Number(changed.place) / size), size)),
      ])
      await cache.invalidate([behaviour.changedKey(`product:${request.params.sku}`), ...pages])
      return { sku: request.params.sku, priceCents: request.body.priceCents }
    },
  )
}

/** For each product the four others whose names and descriptions have most words in common with its own. */
async function relatedTo(reads: Queryable, products: Product[]): Promise<Record<string, string[]>> {
  const { rows } = await reads.query<{ sku: string; others: string[] }>(
    `select p.sku, array(
       select q.sku from products q where q.sku <> p.sku
       order by (select count(*) from unnest(string_to_array(p.name || ' ' || p.description, ' ')) word
         where length(word) > 3 and q.name || ' ' || q.description ilike '%' || word || '%') desc, q.sku
       limit 4) as others
     from products p where p.sku = any($1)`,
    [products.map(({ sku }) => sku)],
  )
  return Object.fromEntries(rows.map((row) => [row.sku, row.others]))
}

function visitor(headers: Record<string, string | string[] | undefined>): string {
  const given = headers['x-visitor']
  return typeof given === 'string' && given !== '' ? given : 'anonymous'
}
