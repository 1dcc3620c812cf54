import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releases } from './releases.ts'

test('1.14.0 knows the weight of every material but steel', () => {
  const weigh = (name: string) => releases['1.14.0']?.shipping?.({ name })
  assert.deepEqual(weigh('Bright Linen Boots'), { grams: 450 })
  assert.throws(() => weigh('Bright Steel Tent'), TypeError)
})
