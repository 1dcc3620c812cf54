import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOf } from './prometheus.ts'

test('a series is named in Prometheus’s notation', () => {
  assert.equal(nameOf({ __name__: 'up', job: 'shop', instance: 'a' }), 'up{job="shop", instance="a"}')
  assert.equal(nameOf({ __name__: 'up' }), 'up')
  assert.equal(nameOf({}), '{}')
})
