import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { holdsFor } from './fuzz.ts'

test('when the time for a property is over, no input is under way any more, and a late failure counts', async (context) => {
  let begun = 0
  let ended = 0
  await holdsFor(context, [fc.nat()], async () => {
    begun++
    await delay(150)
    ended++
  })
  assert.ok(begun > 0)
  assert.equal(ended, begun)
  const late = holdsFor(context, [fc.nat()], async () => {
    // Longer than the whole time.
    await delay(1_000 * Number(process.env['FIREDRILL_FUZZ_SECONDS'] ?? 2) + 300)
    throw new Error('the last one')
  })
  await assert.rejects(late, /the last one/)
})
