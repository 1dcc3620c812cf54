import { z } from 'zod'
import type { Range } from '../model/range.ts'

/** What is stored of data before a statement deletes them: enough to restore what is missing afterwards, whatever was sold or changed meanwhile. */
export const keptData = z.object({
  /** Pieces that a warehouse has received: on hand, reserved and shipped together, which no sale changes. */
  stock: z.array(z.tuple([z.string(), z.string(), z.number()])),
  products: z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.number(), z.string()])),
})
export type KeptData = z.output<typeof keptData>

/** Reads what a statement on these categories (none: all) may delete or overwrite. */
export async function keepData(range: Range, categories: readonly string[]): Promise<KeptData> {
  const { query } = range.database
  const chosen = [categories.length === 0 ? null : categories]
  const stock = await query<{ sku: string; warehouse: string; total: number }>(
    `select s.sku, s.warehouse, s.available + s.reserved + s.shipped as total from inventory.stock s join catalog.products p using (sku)
     where $1::text[] is null or p.category = any ($1) order by 1, 2`,
    chosen,
  )
  const products = await query<Record<'sku' | 'name' | 'category' | 'description' | 'at', string> & { cents: number }>(
    `select sku, name, category, description, price_cents as cents, updated_at::text as at from catalog.products
     where $1::text[] is null or category = any ($1) order by 1`,
    chosen,
  )
  return {
    stock: stock.map(({ sku, warehouse, total }) => [sku, warehouse, total]),
    products: products.map(({ sku, name, category, description, cents, at }) => [sku, name, category, description, cents, at]),
  }
}

/** As JSON within a statement. */
const literal = (value: unknown): string => `'${JSON.stringify(value).replaceAll("'", "''")}'::jsonb`

/**
 * Recomputes stock from its deliveries and reservations: missing rows are restored, and what was reserved, shipped or released while a row was
 * missing, or was copied from an older state, is taken into account. Sales wait meanwhile.
 */
export async function restoreStock(range: Range, { stock }: KeptData): Promise<void> {
  if (stock.length === 0) return
  await range.database.query(`begin; lock table inventory.stock in exclusive mode;
    insert into inventory.stock (sku, warehouse, available, reserved, shipped)
    select k.sku, k.warehouse, greatest(0, k.total - coalesce(r.held, 0) - coalesce(r.shipped, 0)), coalesce(r.held, 0), coalesce(r.shipped, 0)
    from (select e ->> 0 as sku, e ->> 1 as warehouse, (e ->> 2)::int as total from jsonb_array_elements(${literal(stock)}) e) k
    left join (select sku, warehouse, sum(quantity) filter (where state = 'held')::int as held,
        sum(quantity) filter (where state = 'shipped')::int as shipped from inventory.reservations group by 1, 2) r using (sku, warehouse)
    on conflict (sku, warehouse) do update set available = excluded.available, reserved = excluded.reserved, shipped = excluded.shipped
    where (stock.available, stock.reserved, stock.shipped) is distinct from (excluded.available, excluded.reserved, excluded.shipped);
    commit`)
}

/** Inserts missing products; existing ones stay unchanged. */
export async function restoreProducts(range: Range, { products }: KeptData): Promise<void> {
  if (products.length === 0) return
  await range.database.query(
    `insert into catalog.products (sku, name, category, description, price_cents, updated_at)
     select e ->> 0, e ->> 1, e ->> 2, e ->> 3, (e ->> 4)::int, (e ->> 5)::timestamptz from jsonb_array_elements($1::jsonb) e
     on conflict do nothing`,
    [JSON.stringify(products)],
  )
}

/** Restores prices that are still `wrong`, in cents; any other was changed since. */
export async function restorePrices(range: Range, { products }: KeptData, wrong: number): Promise<void> {
  await range.database.query(
    `update catalog.products p set price_cents = (e ->> 4)::int from jsonb_array_elements($1::jsonb) e
     where p.sku = e ->> 0 and p.price_cents = $2`,
    [JSON.stringify(products), wrong],
  )
}
