import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashOf, numbersFrom } from './seeded.ts'

test('the hash is FNV-1a, as its authors publish it', () => {
  assert.equal(hashOf(0x81_1c_9d_c5, ''), 0x81_1c_9d_c5)
  assert.equal(hashOf(0x81_1c_9d_c5, 'a'), 0xe4_0c_29_2c)
  assert.equal(hashOf(0x81_1c_9d_c5, 'foobar'), 0xbf_9c_f9_68)
})

test('a seed gives the same numbers each time, all over from 0 to 1', () => {
  const [one, again, other] = [numbersFrom(7), numbersFrom(7), numbersFrom(8)]
  const drawn = Array.from({ length: 10_000 }, one)
  assert.deepEqual(Array.from({ length: 10_000 }, again), drawn)
  assert.notEqual(other(), drawn[0])
  const tenths = Array.from({ length: 10 }, (_, tenth) => drawn.filter((number) => Math.floor(number * 10) === tenth).length)
  assert.ok(
    tenths.every((count) => count > 850 && count < 1_150),
    String(tenths),
  )
})

test('the numbers are those of mulberry32 everywhere, so that a seed plays the same on every machine', () => {
  const next = numbersFrom(0)
  assert.deepEqual([next(), next(), next()], [0.26642920868471265, 0.0003297457005828619, 0.2232720274478197])
})
