import type { Database } from '../kit/database.ts'

interface Item {
  sku: string
  quantity: number
}

/** Thrown inside the transaction, so that earlier reservations are rolled back with it. */
class SoldOut extends Error {
  readonly sku: string
  constructor(sku: string) {
    super(`not enough of ${sku}`)
    this.sku = sku
  }
}

/**
 * Reserves all items of an order, or none. Idempotent by order. Never oversells: the decrement itself checks what is left, and rows are locked in the
 * order of their keys, so that two orders cannot deadlock. Returns the product that ran out, if any.
 */
export async function reserve(database: Database, orderId: string, items: Item[]): Promise<string | null> {
  try {
    await database.transaction(async (client) => {
      const { rowCount } = await client.query('select 1 from reservations where order_id = $1 limit 1', [orderId])
      if (rowCount) return
      for (const { sku, quantity } of merge(items)) {
        const { rows } = await client.query<{ warehouse: string }>(
          `update stock set available = available - $2, reserved = reserved + $2
           where (sku, warehouse) = (
             select sku, warehouse from stock where sku = $1 and available >= $2
             order by available desc, warehouse limit 1 for update)
           and available >= $2
           returning warehouse`,
          [sku, quantity],
        )
        if (!rows[0]) throw new SoldOut(sku)
        await client.query(`insert into reservations (order_id, sku, warehouse, quantity, state) values ($1, $2, $3, $4, 'held')`, [
          orderId,
          sku,
          rows[0].warehouse,
          quantity,
        ])
      }
    })
    return null
  } catch (error) {
    if (error instanceof SoldOut) return error.sku
    throw error
  }
}

/** Reserved stock has left the warehouse. Idempotent: false if nothing was reserved any more. */
export const commit = (database: Database, orderId: string) => settle(database, orderId, 'shipped')

/** Releases reserved stock. Idempotent. */
export const release = (database: Database, orderId: string) => settle(database, orderId, 'released')

async function settle(database: Database, orderId: string, state: 'shipped' | 'released'): Promise<boolean> {
  const column = state === 'shipped' ? 'shipped' : 'available'
  const { rowCount } = await database.query(
    `with settled as (
       update reservations set state = $2 where order_id = $1 and state = 'held' returning sku, warehouse, quantity)
     update stock s set reserved = reserved - settled.quantity, ${column} = ${column} + settled.quantity
     from settled where s.sku = settled.sku and s.warehouse = settled.warehouse`,
    [orderId, state],
  )
  return (rowCount ?? 0) > 0
}

/** One item for each product, in the order of their keys. */
function merge(items: Item[]): Item[] {
  const quantities = new Map<string, number>()
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity)
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity })).toSorted((a, b) => a.sku.localeCompare(b.sku))
}
