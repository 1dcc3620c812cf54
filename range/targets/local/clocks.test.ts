import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockOffset } from './clocks.ts'

test('a clock is off by whole seconds, or right as far as its header can tell', () => {
  const asked = Date.parse('2026-03-02T10:00:00.900Z')
  for (const [told, seconds] of [
    ['10:00:00', 0],
    ['09:59:59', 0],
    ['10:00:01', 0],
    ['10:00:05', 5],
    ['09:55:00', -300],
    ['10:05:00', 300],
  ] as const)
    assert.equal(clockOffset(Date.parse(`2026-03-02T${told}Z`), asked, asked + 200), seconds, told)
})

test('a service that takes long to answer is not taken for one whose clock is wrong', () => {
  const asked = Date.parse('2026-03-02T10:00:00Z')
  assert.equal(clockOffset(asked + 4_000, asked, asked + 4_500), 0)
})
