import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Queryable } from '../kit/database.ts'
import { fromFullest, inTurnFromTwo } from './reservations.ts'

/** A client that answers statements on stock as PostgreSQL would, for one product in two warehouses. */
function stockOf(available: Record<string, number>): Queryable {
  const fullest = () => Object.keys(available).toSorted((a, b) => (available[b] ?? 0) - (available[a] ?? 0))
  const query = async (text: string, [, second]: unknown[]) => {
    if (text.startsWith('select')) return { rows: fullest().map((warehouse) => ({ warehouse })) }
    const [warehouse, quantity] = typeof second === 'string' ? [second, 1] : [fullest()[0] ?? '', Number(second)]
    if ((available[warehouse] ?? 0) < quantity) return { rows: [], rowCount: 0 }
    available[warehouse] = (available[warehouse] ?? 0) - quantity
    return { rows: [{ warehouse }], rowCount: 1 }
  }
  // Safe: only these statements are sent.
  return { query } as unknown as Queryable
}

test('all pieces come from the fullest warehouse, or in turn from two', async () => {
  const item = { sku: 'P00001', quantity: 2 }
  assert.deepEqual(await fromFullest(stockOf({ ams: 5, ber: 9 }), item), [{ warehouse: 'ber', quantity: 2 }])
  assert.deepEqual(await inTurnFromTwo(stockOf({ ams: 5, ber: 9 }), item), [
    { warehouse: 'ber', quantity: 1 },
    { warehouse: 'ams', quantity: 1 },
  ])
})

test('without enough stock nothing is picked', async () => {
  assert.equal(await fromFullest(stockOf({ ams: 1, ber: 1 }), { sku: 'P00001', quantity: 2 }), null)
  assert.equal(await inTurnFromTwo(stockOf({ ams: 0, ber: 1 }), { sku: 'P00001', quantity: 2 }), null)
})
