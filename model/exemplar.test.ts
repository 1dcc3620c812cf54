import assert from 'node:assert/strict'
import { test } from 'node:test'
import { highestOfEachSlice, type Exemplar } from './exemplar.ts'

const exemplar = (at: number, value: number): Exemplar => ({ traceId: `${at}`, at, value, labels: {} })

test('the highest exemplar of each slice is kept, in order of time, and none from outside the range', () => {
  const all = [exemplar(19, 1), exemplar(5, 2), exemplar(1, 3), exemplar(12, 4), exemplar(-1, 9), exemplar(21, 9)]
  assert.deepEqual(
    highestOfEachSlice(all, 0, 20, 2).map(({ at, value }) => [at, value]),
    [
      [1, 3],
      [12, 4],
    ],
  )
  assert.deepEqual(highestOfEachSlice([], 0, 20, 2), [])
})

test('there are never more exemplars than slices', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => exemplar(index, index % 7))
  const kept = highestOfEachSlice(many, 0, 5_000, 50)
  assert.equal(kept.length, 50)
  assert.ok(kept.every(({ value }) => value === 6))
})
