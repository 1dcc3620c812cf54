import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differenceOf, pair } from './compare.ts'

const share = (name: string, spans: number, selfUs: number) => ({ service: 'inventory', name, spans, selfUs })

test('new, more frequent and longer operations of a trace come first, in words', () => {
  const slow = [share('GET /stock', 1, 82_000), share('SELECT', 403, 2_060_000), share('lock', 1, 900), share('cache', 1, 700)]
  const usual = [share('GET /stock', 1, 1_800), share('SELECT', 1, 2_100), share('cache', 1, 720), share('audit', 2, 5_000)]
  const rows = pair(slow, usual).map((row) => [row.key.replace('inventory ', ''), differenceOf(row)?.text ?? 'alike'])
  assert.deepEqual(rows, [
    ['SELECT', '402 more spans, 2.06 s longer'],
    ['GET /stock', '80.2 ms longer'],
    ['audit', 'only in the other trace'],
    ['lock', 'new: 900 µs'],
    ['cache', 'alike'],
  ])
})
