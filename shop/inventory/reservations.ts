import type { Database, Queryable } from '../kit/database.ts'

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

/** Takes an item's pieces from stock; resolves to what was taken from which warehouse, or null if there is not enough. */
type Pick = (client: Queryable, item: Item) => Promise<{ warehouse: string; quantity: number }[] | null>

/** All pieces from the warehouse with most stock. */
export const fromFullest: Pick = async (client, { sku, quantity }) => {
  const { rows } = await client.query<{ warehouse: string }>(
    `update stock set available = available - $2, reserved = reserved + $2
     where (sku, warehouse) = (
       select sku, warehouse from stock where sku = $1 and available >= $2
       order by available desc, warehouse limit 1 for update)
     and available >= $2
     returning warehouse`,
    [sku, quantity],
  )
  return rows[0] ? [{ warehouse: rows[0].warehouse, quantity }] : null
}

/** One piece after another, in turn from the two warehouses with most stock. */
export const inTurnFromTwo: Pick = async (client, { sku, quantity }) => {
  const { rows: fullest } = await client.query<{ warehouse: string }>(
    'select warehouse from stock where sku = $1 order by available desc, warehouse limit 2 for update',
    [sku],
  )
  const taken: { warehouse: string; quantity: number }[] = []
  for (let piece = 0; piece < quantity; piece++) {
    const from = fullest[piece % fullest.length]
    if (!from) return null
    const { rowCount } = await client.query(
      `update stock set available = available - 1, reserved = reserved + 1 where sku = $1 and warehouse = $2 and available > 0`,
      [sku, from.warehouse],
    )
    if (!rowCount) return null
    taken.push({ warehouse: from.warehouse, quantity: 1 })
  }
  return taken
}

/**
 * Reserves all items of an order, or none. Idempotent by order. Never oversells: the decrement itself checks what is left, and rows are locked in the
 * order of their keys, so that two orders cannot deadlock. Returns the product that ran out, if any.
 */
export async function reserve(database: Database, orderId: string, items: Item[], pick: Pick): Promise<string | null> {
  try {
    await database.transaction(async (client) => {
      const { rowCount } = await client.query('select 1 from reservations where order_id = $1 limit 1', [orderId])
      if (rowCount) return
      for (const item of merge(items)) {
        const taken = await pick(client, item)
        if (!taken) throw new SoldOut(item.sku)
        for (const { warehouse, quantity } of taken) {
          await client.query(`insert into reservations (order_id, sku, warehouse, quantity, state) values ($1, $2, $3, $4, 'held')`, [
            orderId,
            item.sku,
            warehouse,
            quantity,
          ])
        }
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
