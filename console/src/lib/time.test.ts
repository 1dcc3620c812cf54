import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passedSince } from './time.ts'

test('no time has passed since what came in after the clock was read', () => {
  assert.equal(passedSince(1_000, 3_500), 2_500)
  assert.equal(passedSince(1_300, 1_000), 0)
})
