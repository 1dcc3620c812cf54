import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restoreTime } from './restore-time.ts'

const now = Date.parse('2026-11-30T14:05:00.000Z')

test('a time is read in the notations of people and logs, in UTC', () => {
  const written: [text: string, iso: string][] = [
    ['14:03:27', '2026-11-30T14:03:27.000Z'],
    [' 14:03 ', '2026-11-30T14:03:00.000Z'],
    ['9:03:27.5', '2026-11-30T09:03:27.500Z'],
    // Later than now: yesterday's.
    ['23:59:00', '2026-11-29T23:59:00.000Z'],
    ['14:05:30', '2026-11-30T14:05:30.000Z'],
    ['2026-11-30T14:03:27Z', '2026-11-30T14:03:27.000Z'],
    ['2026-11-30 14:03:27.512 UTC', '2026-11-30T14:03:27.512Z'],
    ['2026-11-30 14:03:27.512 GMT', '2026-11-30T14:03:27.512Z'],
    ['2026-11-30 14:03:27.512345', '2026-11-30T14:03:27.512Z'],
    ['2026-11-30T15:03:27+01:00', '2026-11-30T14:03:27.000Z'],
    ['2026-11-30 15:03:27.5+01', '2026-11-30T14:03:27.500Z'],
    ['2026-11-30T14:03', '2026-11-30T14:03:00.000Z'],
  ]
  for (const [text, iso] of written) assert.equal(restoreTime(text, now), iso, text)
})

test('an invalid time is refused with the right notation', () => {
  for (const text of ['', 'noon', '25:00:00', '14:61', '14', '2026-13-01T00:00:00Z', '2026-11-30', '1764511407', '14:03:27 PM'])
    assert.throws(() => restoreTime(text, now), { code: 'bad-request', message: /is not a time: write 14:03:27/ }, text)
})
