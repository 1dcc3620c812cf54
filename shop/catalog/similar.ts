import type { Queryable } from '../kit/database.ts'

interface Described {
  sku: string
  name: string
  description: string
}

/** For each product the four others that are described in most of the same words: shown with a list of products. */
export async function similarTo(database: Queryable, products: readonly Described[]): Promise<Record<string, string[]>> {
  const found = await Promise.all(products.map(async (product) => [product.sku, await similarToOne(database, product)] as const))
  return Object.fromEntries(found)
}

async function similarToOne(database: Queryable, { sku, name, description }: Described): Promise<string[]> {
  const words = `${name} ${description}`.split(' ').filter((word) => word.length > 3)
  const { rows } = await database.query<{ sku: string }>(
    `select sku from products where sku <> $1
     order by (select count(*) from unnest($2::text[]) word where name || ' ' || description ilike '%' || word || '%') desc, sku limit 4`,
    [sku, words],
  )
  return rows.map((row) => row.sku)
}
