import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireCurrent } from './price-age.ts'

const now = Date.parse('2026-03-02T10:00:00Z')
const given = (ms: number) => () => requireCurrent(new Date(now + ms).toISOString(), now)

test('prices are taken within a minute of when they were given', () => {
  for (const ms of [0, -60_000, 60_000]) given(ms)()
})

test('prices of long ago, or of the future, are refused', () => {
  for (const ms of [-60_001, 60_001, -3_600_000]) assert.throws(given(ms), { statusCode: 503, code: 'prices-out-of-date' })
})
