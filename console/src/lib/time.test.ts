import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock, passedSince } from './time.ts'

test('an event that is newer than the clock’s last update happened zero seconds ago', () => {
  assert.equal(passedSince(1_000, 3_500), 2_500)
  assert.equal(passedSince(1_300, 1_000), 0)
})

test('a time has two digits each for hours, minutes and seconds since midnight', () => {
  assert.equal(clock(new Date(2026, 0, 1, 0, 5, 9).getTime()), '00:05:09')
  assert.equal(clock(new Date(2026, 6, 1, 23, 59, 59, 999).getTime()), '23:59:59')
  assert.equal(clock(Date.parse('no moment')), '–')
})
