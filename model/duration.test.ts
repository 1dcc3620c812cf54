import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDurationMs, parseDurationMs } from './duration.ts'

test('durations are read as people write them', () => {
  assert.equal(parseDurationMs('90s'), 90_000)
  assert.equal(parseDurationMs('1h30m'), 5_400_000)
  assert.equal(parseDurationMs('250ms'), 250)
})

test('what is not a duration is refused', () => {
  for (const text of ['', '5', 'm5', '5 m', '5x', '-5s']) assert.throws(() => parseDurationMs(text), /is not a duration/)
})

test('durations are written as people say them', () => {
  assert.equal(formatDurationMs(850), '850 ms')
  assert.equal(formatDurationMs(12_400), '12.4 s')
  assert.equal(formatDurationMs(185_000), '3 min 05 s')
})
