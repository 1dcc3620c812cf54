import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finitePoints } from './series.ts'

test('a value that is not a number is a gap', () => {
  assert.deepEqual(
    finitePoints([
      [1, '0.5'],
      [2, 'NaN'],
      [3, '+Inf'],
      [4, '-0'],
      [5, '1e3'],
    ]),
    [
      [1, 0.5],
      [4, -0],
      [5, 1_000],
    ],
  )
})
