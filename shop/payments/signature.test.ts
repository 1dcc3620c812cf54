import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf, signCharge } from './signature.ts'

const key = 'a key'
const order = '5f0c3c2e-5d0e-4d0a-9f55-0a3b1f1d2c3b'
const at = Date.parse('2026-03-02T10:00:00Z')

test('the bank takes a charge that was signed within a minute of its own time', () => {
  const charge = signCharge(key, order, 4_900, at)
  for (const [now, refusal] of [
    [at, null],
    [at + 60_000, null],
    [at - 60_000, null],
    [at + 60_001, 'request-time-too-skewed'],
    [at - 60_001, 'request-time-too-skewed'],
  ] as const)
    assert.equal(refusalOf(key, charge, now), refusal)
})

test('the bank refuses what was signed with another key, or changed afterwards, whatever its time', () => {
  const charge = signCharge(key, order, 4_900, at)
  assert.equal(refusalOf('another', charge, at), 'invalid-signature')
  assert.equal(refusalOf(key, { ...charge, amountCents: 1 }, at), 'invalid-signature')
  assert.equal(refusalOf(key, { ...charge, signedAt: at + 1 }, at), 'invalid-signature')
  assert.equal(refusalOf(key, { ...charge, signature: '' }, at + 3_600_000), 'invalid-signature')
})
