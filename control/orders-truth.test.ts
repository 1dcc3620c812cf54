import assert from 'node:assert/strict'
import { test } from 'node:test'
import { affectedOrders, affectedQuery } from '../drills/affected-orders.ts'
import { affectedKinds } from '../model/affected.ts'
import { rowOf } from '../people/ticket-list.ts'
import { postgresBin } from '../test/own-postgres.ts'
import { ShopDatabase } from '../test/shop-database.ts'
import { orderFates } from './kept-orders.ts'

/** An order that was confirmed, charged and shipped this many seconds ago; null for a step that did not happen. */
async function add(
  shop: ShopDatabase,
  number: number,
  { confirmed, charged, shipped, state = 'confirmed', charge = 'charged' }: Order,
): Promise<void> {
  const id = idOf(number)
  const ago = (seconds: number) => `now() - interval '${seconds} seconds'`
  if (confirmed !== null)
    await shop.query(
      `insert into orders.orders (id, idempotency_key, customer, items, total_cents, state, created_at, confirmed_at)
       values ($1, $2, 'c', '[]', 100, $3, ${ago(confirmed)}, ${state === 'failed' ? 'null' : ago(confirmed)})`,
      [id, `key-${number}`, state],
    )
  if (charged !== null)
    await shop.query(`insert into payments.charges (order_id, amount_cents, state, created_at) values ($1, 100, $2, ${ago(charged)})`, [
      id,
      charge,
    ])
  if (shipped !== null)
    await shop.query(`insert into fulfilment.shipments (order_id, customer, parcels, created_at) values ($1, 'c', 1, ${ago(shipped)})`, [
      id,
    ])
}

interface Order {
  confirmed: number | null
  charged: number | null
  shipped: number | null
  state?: 'confirmed' | 'fulfilled' | 'failed'
  charge?: 'charged' | 'refunded' | 'declined'
}
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

test(
  'what is told of orders is what the shop’s own tables say',
  { skip: postgresBin ? false : 'PostgreSQL is not installed' },
  async () => {
    await using shop = await ShopDatabase.open('truth')
    const orders: Record<number, Order> = {
      1: { confirmed: 120, charged: 120, shipped: 119, state: 'fulfilled' },
      2: { confirmed: 120, charged: 120, shipped: null },
      3: { confirmed: 20, charged: 20, shipped: null },
      4: { confirmed: 200, charged: 200, shipped: 100, state: 'fulfilled' },
      5: { confirmed: 200, charged: 200, shipped: 180, state: 'fulfilled' },
      6: { confirmed: 120, charged: 120, shipped: null, charge: 'refunded' },
      7: { confirmed: 120, charged: 120, shipped: null, state: 'failed' },
      8: { confirmed: null, charged: 120, shipped: null },
      9: { confirmed: 120, charged: 120, shipped: null, state: 'failed', charge: 'refunded' },
      10: { confirmed: 9_000, charged: 9_000, shipped: null },
      11: { confirmed: null, charged: 20, shipped: null },
      12: { confirmed: 120, charged: 120, shipped: null, state: 'failed', charge: 'declined' },
    }
    for (const [number, order] of Object.entries(orders)) await add(shop, Number(number), order)
    const since = Date.now() - 1_000_000
    const sorted = async (kind: (typeof affectedKinds)[number]) => {
      const { must, may } = await affectedOrders(shop, kind, since)
      return { must: must.toSorted(), may: may.toSorted() }
    }
    assert.deepEqual(await sorted('not-shipped'), { must: [2, 4].map(idOf), may: [3, 5].map(idOf) })
    assert.deepEqual(await sorted('charged-without-order'), { must: [7, 8].map(idOf), may: [9, 11].map(idOf) })
    // The query in the debrief finds all orders that had to be found, and no wrong one.
    for (const kind of affectedKinds) {
      const { must, may } = await sorted(kind)
      const found = (await shop.query(affectedQuery(kind, since))).flatMap((row) => Object.values(row))
      assert.deepEqual(
        found.filter((id) => !must.concat(may).includes(String(id))),
        [],
        kind,
      )
      assert.deepEqual(
        must.filter((id) => !found.includes(id)),
        [],
        kind,
      )
    }
    const fates = await shop.query(orderFates, [[1, 2, 6, 8].map(idOf)])
    assert.deepEqual(
      fates.toSorted((a, b) => String(a['id']).localeCompare(String(b['id']))),
      [
        { id: idOf(1), charged: true, shipped: true },
        { id: idOf(2), charged: true, shipped: false },
        { id: idOf(6), charged: false, shipped: false },
      ],
      'of 8 there is no order',
    )
    const [, sql = ''] = /psql -xc "(.*)"$/.exec(rowOf({ kind: 'not-shipped', order: idOf(2), product: null }) ?? '') ?? []
    const [row, ...more] = await shop.query(sql)
    assert.deepEqual([row?.['id'], row?.['charge'], row?.['shipped_at'], more.length], [idOf(2), 'charged', null, 0])
    await shop.query(
      `insert into catalog.products (sku, name, category, description, price_cents) values ('P90001', 'Lamp', 'home', 'A lamp', 1299)`,
    )
    const [, price = ''] = /psql -xc "(.*)"$/.exec(rowOf({ kind: 'price', order: null, product: 'P90001' }) ?? '') ?? []
    const [product] = await shop.query(price)
    assert.deepEqual([product?.['sku'], product?.['price_cents']], ['P90001', 1299])
  },
)
