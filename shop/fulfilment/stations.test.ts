import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { packingStations } from './stations.ts'

/** Far longer than any parcel stays at a station. */
const longMs = 400

test('parcels of one kind follow each other, and one that fails does not block the others', async () => {
  const packing = packingStations()
  const shipped: number[] = []
  const failing = packing(1, () => Promise.reject(new Error('no label')))
  const others = [1, 2, 3].map((n) => packing(1, async () => shipped.push(n)))
  await assert.rejects(failing, /no label/)
  await Promise.all(others)
  assert.deepEqual(shipped, [1, 2, 3])
})

test('a small and a large parcel at the same time wait for each other, and everybody behind them', async () => {
  const packing = packingStations()
  const shipped: string[] = []
  for (const [items, name] of [
    [1, 'small'],
    [3, 'large'],
    [1, 'later'],
  ] as const)
    void packing(items, async () => shipped.push(name))
  await delay(longMs)
  assert.deepEqual(shipped, [])
})
