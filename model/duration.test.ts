import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationProblem, elapsed, formatDurationMs, parseDurationMs } from './duration.ts'

test('durations are read as people write them', () => {
  assert.equal(parseDurationMs('90s'), 90_000)
  assert.equal(parseDurationMs('1h30m'), 5_400_000)
  assert.equal(parseDurationMs('250ms'), 250)
  assert.equal(parseDurationMs('1.5h'), 5_400_000)
  assert.equal(parseDurationMs('0.1s'), 100)
})

test('anything that is not a duration is refused', () => {
  for (const text of ['', '5', 'm5', '5 m', '5x', '-5s', '1.s', '9'.repeat(100_000)])
    assert.throws(() => parseDurationMs(text), /^FiredrillError: '.*' (is not a duration|is empty|has no unit|is negative): write it as /)
})

test('durations are written as people say them', () => {
  assert.equal(formatDurationMs(850), '850 ms')
  assert.equal(formatDurationMs(12_400), '12.4 s')
  assert.equal(formatDurationMs(185_000), '3 min 05 s')
  assert.deepEqual([999, 1_000, 60_000].map(formatDurationMs), ['999 ms', '1.0 s', '1 min 00 s'])
})

test('a stopwatch shows minutes and whole seconds, and never a negative time', () => {
  assert.deepEqual([0, 999, 1_000, 59_999, 60_000, 65_000, 3_600_000, -5_000].map(elapsed), [
    '0:00',
    '0:00',
    '0:01',
    '0:59',
    '1:00',
    '1:05',
    '60:00',
    '0:00',
  ])
})

test('common ways to write a duration are refused with the right notation', () => {
  const meant: [unknown, string][] = [
    [30, 'write it as 30s'],
    ['30', 'write it as 30s'],
    ['20 min', 'write it as 20m'],
    ['2h 45m', 'write it as 2h45m'],
    ['1 hour and 30 minutes', 'write it as 1h30m'],
    ['1,5h', 'write it as 1.5h'],
    ['10 Seconds', 'write it as 10s'],
    ['PT5M', 'write it as 5m'],
    ['1 day', 'write it as 24h'],
    ['5M', 'write it as 5m'],
    ['“3s”', 'typographic quotes: write 3s without'],
    ['-5s', 'is negative'],
    ['soon', 'write it as 90s, 5m or 1h30m'],
    ['5 parsecs', 'write it as 90s, 5m or 1h30m'],
    [null, 'is empty'],
    [undefined, 'is missing'],
    [[], 'is not a duration'],
  ]
  for (const [given, message] of meant) assert.ok(durationProblem(given).includes(message), `${String(given)}: ${durationProblem(given)}`)
})
