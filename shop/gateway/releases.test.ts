import assert from 'node:assert/strict'
import { test } from 'node:test'
import { releases } from './releases.ts'

const cart = (kinds: number) => JSON.stringify(Array.from({ length: kinds }, (_, index) => ({ sku: `P0010${index}`, quantity: 2 })))
/** CPU time of this thread, whatever else the machine does. */
const tookMs = (kinds: number) => {
  const tries = Array.from({ length: 3 }, () => {
    const before = process.threadCpuUsage()
    assert.equal(releases['5.4.0']?.suspicious?.(cart(kinds)), false)
    return process.threadCpuUsage(before).user / 1_000
  })
  return Math.min(...tries)
}

test('5.4.0 finds what it looks for, and takes excessively long for a larger, innocent cart', () => {
  assert.equal(releases['5.4.0']?.suspicious?.(`[{"sku":"x' or 1=1"}]`), true)
  const [one, two] = [tookMs(1), tookMs(2)]
  assert.ok(two > 4 * one, `${one} ms for one item, ${two} ms for two`)
})
