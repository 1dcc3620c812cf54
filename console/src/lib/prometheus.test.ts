import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finitePoints, nameOf } from './prometheus.ts'

test('what is no number is a gap', () => {
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

test('a series is named as Prometheus writes it', () => {
  assert.equal(nameOf({ __name__: 'up', job: 'shop', instance: 'a' }), 'up{job="shop", instance="a"}')
  assert.equal(nameOf({ __name__: 'up' }), 'up')
  assert.equal(nameOf({}), '{}')
})
