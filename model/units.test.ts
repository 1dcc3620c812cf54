import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inSeconds, megabytes } from './units.ts'

test('megabytes are whole, and seconds have as many digits as are asked for', () => {
  assert.equal(megabytes(64 * 1024 * 1024 + 600_000), '65 MB')
  assert.equal(megabytes(0), '0 MB')
  assert.equal(inSeconds(12_340), '12.3 s')
  assert.equal(inSeconds(1_500, 0), '2 s')
})
