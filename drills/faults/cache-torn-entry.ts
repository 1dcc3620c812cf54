import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

const params = z.object({
  categories: z
    .array(z.string().regex(/^[a-z]+$/))
    .min(1)
    .max(10)
    .default(['kitchen'])
    .describe('Categories of products whose pages are torn'),
  /** Pages of each category, from the second on: the first is reloaded too often, because its products' prices change. */
  pages: z.number().int().min(2).max(50).default(12).describe('Last page that is torn in each category; the first one stays intact'),
})
type Params = z.output<typeof params>

const pageSize = 24
const pagesOf = ({ categories, pages }: Params): { category: string; page: number }[] =>
  categories.flatMap((category) => Array.from({ length: pages - 1 }, (_, index) => ({ category, page: index + 2 })))
const keysOf = (given: Params): string[] => pagesOf(given).map(({ category, page }) => `catalog:page:${category}:${page}`)

/** Half of each entry, without a time to live: as left by a cache warmer that writes in two steps and died between them. */
export const cacheTornEntry = defineFault({
  id: 'cache-torn-entry',
  title: 'Torn entries in the cache',
  effect: 'Pages of some categories fail, and go on failing',
  category: 'cache',
  params,
  plan: async (_context, given) => ({ keys: keysOf(given) }),
  async inject({ range }, given) {
    for (const { category, page } of pagesOf(given)) {
      const products = await range.database.query(
        `select sku, name, category, description, price_cents as "priceCents" from catalog.products
         where category = $1 order by sku limit $2 offset $3`,
        [category, pageSize, (page - 1) * pageSize],
      )
      const whole = JSON.stringify({ page, products })
      await range.cache.command('SET', `catalog:page:${category}:${page}`, whole.slice(0, Math.ceil(whole.length / 2)))
    }
  },
  // The next reader loads them again.
  async revert({ range }, { keys }) {
    const torn = await tornOf(range, keys)
    if (torn.length > 0) await range.cache.command('DEL', ...torn)
  },
  observe: async ({ range }, given) => (await tornOf(range, keysOf(given))).length,
})

async function tornOf(range: Range, keys: string[]): Promise<string[]> {
  // Safe: MGET answers with one string or null for each key.
  const texts = (await range.cache.command('MGET', ...keys)) as (string | null)[]
  return keys.filter((_, index) => typeof texts[index] === 'string' && !isWhole(texts[index]))
}

/** Half of an entry may have the same ending as a whole one. */
function isWhole(text: string): boolean {
  try {
    return JSON.parse(text) !== undefined
  } catch {
    return false
  }
}
