import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { runningJobs, stopJobs } from '../jobs.ts'
import { keepData, keptData, restorePrices, restoreProducts, restoreStock, type KeptData } from '../lost-data.ts'

const job = 'catalogue-cleanup'
const doneWithinMs = 30_000

// Laid out as its proofs cover it.
// oxfmt-ignore
const params = z.object({
  change: z.enum(['delete-stock', 'delete-products', 'set-prices', 'empty-stock']).describe('What the statement does. empty-stock inserts rows without a piece where there are none'),
  categories: z.array(z.enum(['clothing', 'home', 'kitchen', 'office', 'outdoor'])).default([]).describe('Of which products; without any, of all'),
  cents: z.number().int().min(1).max(2_000_000_000).default(99_999_999).describe('For set-prices: a price in cents that no product has otherwise'),
  by: z
    .string()
    .regex(/^[a-z][a-z-]{1,40}$/)
    .default(job).describe('The name by which the database knows it'),
  everySeconds: z.number().int().min(0).max(600).default(0).describe('Seconds between two times that it runs; 0 for once'),
})
type Params = z.output<typeof params>
const undoRecord = z.object({ change: params.shape.change, cents: z.number(), kept: keptData })
type Undo = z.output<typeof undoRecord>

/** How its effect shows in the data: rows that are left, or that have the wrong value. */
const left: Record<Params['change'], string> = {
  'delete-stock': 'select count(*)::int as rows from inventory.stock',
  'delete-products': 'select count(*)::int as rows from catalog.products',
  'set-prices': 'select count(*)::int as rows from catalog.products where price_cents = $1',
  'empty-stock': 'select count(*)::int as rows from inventory.stock where available = 0',
}

/** An administrator's statement with the wrong condition, or with none. The lost data are in the undo record, and restored from it. */
export const carelessStatement = defineFault<typeof params, Undo>({
  id: 'careless-statement',
  title: 'A statement that changes too much',
  effect: 'Rows of the shop are deleted or overwritten, and stay so',
  category: 'database',
  params,
  needs: () => ['backups'],
  plan: async ({ range }, { change, categories, cents }) => ({ change, cents, kept: only(change, await keepData(range, categories)) }),
  async inject({ range }, given, undo) {
    if (given.everySeconds > 0 ? (await runningJobs(range, job)).length > 0 : await isDone(range, given, undo)) return
    await start(range, given)
    if (given.everySeconds > 0) return
    await until('the statement to be through', doneWithinMs, async () => (await runningJobs(range, job)).length === 0)
    if (!(await isDone(range, given, undo))) throw new FiredrillError('component-failed', `${given.change} changed nothing`)
  },
  async revert({ range }, undo) {
    const { change, cents, kept } = undoRecord.parse(undo)
    await stopJobs(range, job)
    if (change === 'set-prices') await restorePrices(range, kept, cents)
    await restoreProducts(range, change === 'delete-products' ? kept : { ...kept, products: [] })
    await restoreStock(range, kept)
  },
  async observe({ range }, given) {
    return { rows: await rowsOf(range, given), running: (await runningJobs(range, job)).length }
  },
})

/** Rows that the statement does not touch are not kept. */
const only = (change: Params['change'], { stock, products }: KeptData): KeptData =>
  change.endsWith('stock') ? { stock, products: [] } : { stock: [], products }

const start = (range: Range, { change, categories, cents, by, everySeconds }: Params): Promise<string> =>
  range.jobs.start(job, {
    // oxlint-disable-next-line unicorn/no-useless-spread -- proofs cover what stands here, and would be of other code
    ...{ CHANGE: change, CATEGORIES: categories.join(','), CENTS: String(cents), JOB_NAME: by },
    EVERY_SECONDS: String(everySeconds),
  })

async function rowsOf(range: Range, { change, cents }: Params): Promise<number> {
  const [row] = await range.database.query<{ rows: number }>(left[change], change === 'set-prices' ? [cents] : [])
  return row?.rows ?? 0
}

/** Whether a part of the kept data is gone, or overwritten, as the statement does it. */
async function isDone(range: Range, given: Params, { kept }: Undo): Promise<boolean> {
  if (given.change === 'set-prices' || given.change === 'empty-stock') return (await rowsOf(range, given)) > 0
  const table = given.change === 'delete-stock' ? 'inventory.stock' : 'catalog.products'
  const skus = [...kept.stock, ...kept.products].map(([sku]) => sku)
  const rows = await range.database.query(`select 1 from ${table} where sku = any ($1) limit 1`, [skus])
  return skus.length > 0 && rows.length === 0
}
