import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, middleBy } from './middle.ts'

test('the median is the value in the middle, or the upper of the two', () => {
  assert.equal(median([3, 1, 20]), 3)
  assert.equal(median([10, 9, 1, 2]), 9)
  assert.equal(median([7]), 7)
  assert.equal(median([]), null)
})

test('the middle item is found by a key, and the list stays unchanged', () => {
  const items = [{ ms: 30 }, { ms: 10 }, { ms: 20 }]
  assert.deepEqual(
    middleBy(items, ({ ms }) => ms),
    { ms: 20 },
  )
  assert.deepEqual(items, [{ ms: 30 }, { ms: 10 }, { ms: 20 }])
})
