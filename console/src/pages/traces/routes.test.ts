import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TraceSummary } from '../../../../model/telemetry.ts'
import { durationAxis, routesOf } from './routes.ts'

const trace = (rootName: string, durationMs: number, errors = 0): TraceSummary => ({
  traceId: 't',
  startMs: 0,
  durationMs,
  spans: 1,
  errors,
  rootService: 'locust',
  rootName,
  services: [],
})

test('traces are counted by kind of request, the one with most time first', () => {
  const quick = Array.from({ length: 20 }, (_, index) => trace('GET /a', index + 1))
  assert.deepEqual(routesOf([...quick, trace('GET /b', 500, 2), trace('GET /b', 400)]), [
    { service: 'locust', name: 'GET /b', traces: 2, errors: 1, p50: 500, p95: 500 },
    { service: 'locust', name: 'GET /a', traces: 20, errors: 0, p50: 11, p95: 20 },
  ])
  assert.deepEqual(routesOf([]), [])
})

test('the axis of durations has whole powers of ten around the values', () => {
  assert.deepEqual(durationAxis([12, 950]), { low: 1, high: 3, lines: [10, 100, 1_000] })
  assert.deepEqual(durationAxis([100]), { low: 2, high: 3, lines: [100, 1_000] })
  assert.deepEqual(durationAxis([]), { low: 0, high: 1, lines: [1, 10] })
  assert.deepEqual(durationAxis([0]), { low: 0, high: 1, lines: [1, 10] })
})
