import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pin, pinLimits, thinOut } from './pin.ts'

test('a pinned graph keeps its highest point and its highest series, within the size limit', () => {
  const points = Array.from({ length: 3_600 }, (_, at): [number, number] => [1_000 + at, at === 1_777 ? 99 : 1])
  const series = [
    ...Array.from({ length: 9 }, (_, index) => ({ name: `calm ${index}`, points: [[1_000, 0.1]] as [number, number][] })),
    { name: 'p99', points },
  ]
  const thin = thinOut({ unit: 'seconds', from: 1_000, to: 4_600, series })
  assert.equal(thin.series.length, pinLimits.series)
  assert.equal(thin.series[0]?.name, 'p99')
  assert.ok(thin.series[0].points.some(([at, value]) => at === 2_777 && value === 99))
  assert.ok(pin.safeParse({ kind: 'graph', title: 'Latency', href: '/dashboards/overview', graph: thin }).success)
})

test('a pin links to a place in the console, and nowhere else', () => {
  for (const href of ['//elsewhere.example', 'https://elsewhere.example', 'javascript:alert(1)', 'logs'])
    assert.equal(pin.safeParse({ kind: 'log', title: 'a line', href }).success, false, href)
})

test('points that are not numbers, or outside the graph, are not kept', () => {
  const points: [number, number][] = [
    [99, 9],
    [100, 1],
    [150, Number.NaN],
    [200, 2],
    [201, 9],
  ]
  const thin = thinOut({ unit: 'count', from: 100, to: 200, series: [{ name: 'x'.repeat(300), points }] })
  assert.deepEqual(thin.series, [{ name: 'x'.repeat(200), points: [points[1], points[3]] }])
})
