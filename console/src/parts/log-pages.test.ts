import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogLine } from '../../../model/telemetry.ts'
import { joined } from './log-pages.ts'

const line = (timeMs: number, body: string): LogLine => ({
  timeMs,
  body,
  service: 's',
  severity: 'INFO',
  traceId: '',
  spanId: '',
  attributes: {},
})

test('lines of the second that two pages share are listed once, and none is lost', () => {
  const pages = [
    [line(3_000, 'c'), line(2_500, 'b'), line(2_000, 'a1')],
    // As the store answers: up to the end of the second in which the first one ended.
    [line(2_500, 'b'), line(2_000, 'a1'), line(2_000, 'a2'), line(1_000, 'z')],
  ]
  assert.deepEqual(
    joined(pages).map(({ body }) => body),
    ['c', 'b', 'a1', 'a2', 'z'],
  )
  assert.deepEqual(joined([]), [])
})
