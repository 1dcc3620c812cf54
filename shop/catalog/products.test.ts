import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import type { Cache } from '../kit/cache.ts'
import type { Database } from '../kit/database.ts'
import type { Flags } from '../kit/flags.ts'
import { registerRoutes } from './products.ts'
import { releases } from './releases.ts'

const behaviour = releases['1.8.0']
assert.ok(behaviour)

/** The catalog's routes over a cache that keeps everything and a database of many products; `statements` are those that were sent. */
function catalog(similar: boolean) {
  const statements: string[] = []
  const cached = new Map<string, unknown>()
  const query = async (text: string, values: unknown[]) => {
    statements.push(text)
    if (text.startsWith('update')) return { rows: [{ category: 'home', place: '50' }] }
    if (text.startsWith('select sku from')) return { rows: [{ sku: 'P00002' }] }
    const rows = Array.from({ length: Number(values[1]) }, (_, index) => ({ sku: `P${index}`, name: 'Oak Lamp', description: 'A lamp' }))
    return { rows }
  }
  const cache = {
    get: async (key: string, load: () => Promise<unknown>) => {
      if (!cached.has(key)) cached.set(key, await load())
      return cached.get(key)
    },
    invalidate: async (keys: string[]) => keys.forEach((key) => cached.delete(key)),
  }
  // Safe: the routes use nothing else of these.
  const database = { query } as unknown as Database
  const app = fastify()
  registerRoutes(app, {
    database,
    reads: database,
    cache: cache as unknown as Cache,
    flags: { getBooleanValue: async () => similar } as unknown as Flags,
    behaviour: behaviour as NonNullable<typeof behaviour>,
  })
  const page = async (search: string) =>
    (await app.inject({ url: `/products?${search}` })).json<{ products: unknown[]; similar?: Record<string, string[]> }>()
  return { app, page, statements, cached }
}

test('a page has 24 products, or as many as asked for, and a change of a price invalidates it in each size', async () => {
  const { app, page, cached } = catalog(false)
  assert.equal((await page('page=1')).products.length, 24)
  assert.equal((await page('page=1&size=48')).products.length, 48)
  assert.equal((await page('page=1&size=144')).products.length, 144)
  assert.equal((await app.inject({ url: '/products?size=201' })).statusCode, 400)
  assert.deepEqual([...cached.keys()], ['catalog:page::1', 'catalog:page::1:48', 'catalog:page::1:144'])
  await app.inject({ method: 'PUT', url: '/products/P00020/price', payload: { priceCents: 100 } })
  assert.deepEqual([...cached.keys()], [])
})

test('customers with the flag see similar products, and only they cost the statements for them', async () => {
  const without = catalog(false)
  assert.equal((await without.page('page=1')).similar, undefined)
  assert.equal(without.statements.length, 1)
  const { page, statements } = catalog(true)
  const { similar, products } = await page('page=1')
  assert.deepEqual(similar?.['P3'], ['P00002'])
  assert.equal(statements.length, 1 + products.length)
})
