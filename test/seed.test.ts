import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosen } from './seed.ts'

const items = Array.from({ length: 22 }, (_, index) => index)

test('the same seed chooses the same, each once', () => {
  assert.deepEqual(chosen(items, 4, 7), chosen(items, 4, 7))
  assert.equal(new Set(chosen(items, 22, 7)).size, 22)
  assert.equal(chosen(items, 30, 7).length, 22)
})

test('over some seeds every one is chosen, about equally often', () => {
  const times = items.map(() => 0)
  for (let seed = 0; seed < 1_000; seed++) for (const item of chosen(items, 4, seed)) times[item] = (times[item] ?? 0) + 1
  // 4 of 22 in 1,000 runs: 182 times each, with a standard deviation of 12.
  for (const [item, count] of times.entries()) assert.ok(count > 120 && count < 245, `${item}: ${count}`)
})
