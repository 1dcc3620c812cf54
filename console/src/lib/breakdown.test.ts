import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { breakdown, labelsOf, splittable } from './breakdown.ts'

describe('a query is split by a label', () => {
  for (const [what, query, expected, additive] of [
    ['a sum without a grouping', 'sum(rate(a_total[30s]))', 'sum by (route) (rate(a_total[30s]))', true],
    ['a grouping before', 'sum by (service) (rate(a_total{status="5xx"}[30s]))', 'sum by (route) (rate(a_total{status="5xx"}[30s]))', true],
    ['a grouping after', 'sum(rate(a_total[1m])) by (service)', 'sum by (route) (rate(a_total[1m]))', true],
    [
      'a percentile keeps its buckets',
      'histogram_quantile(0.95, sum by (service, le) (rate(b_bucket[30s])))',
      'histogram_quantile(0.95, sum by (route, le) (rate(b_bucket[30s])))',
      false,
    ],
    [
      'a ratio, on both sides',
      'sum(rate(a[1m])) / sum by (x) (rate(b[1m]))',
      'sum by (route) (rate(a[1m])) / sum by (route) (rate(b[1m]))',
      false,
    ],
    ['of the largest, all', 'topk(5, sum by (service) (rate(a[30s])))', 'sum by (route) (rate(a[30s]))', true],
    ['a gauge', 'db_pool_waiting > 0', 'max by (route) (db_pool_waiting > 0)', false],
    ['a rate by itself', 'rate(a_total[1m])', 'sum by (route) (rate(a_total[1m]))', true],
  ] as const)
    test(what, () => {
      const split = splittable(query)
      assert.equal(split?.by('route'), expected)
      assert.equal(split?.additive, additive)
      assert.ok(splittable(expected), 'and is a query again')
    })

  test('its selector is the first one, whole', () => {
    assert.equal(splittable('sum(rate(a_total{status="5xx"}[30s])) / sum(rate(b[30s]))')?.selector, 'a_total{status="5xx"}')
  })

  for (const query of ['1 + 1', 'sum(', 'sum without (x) (a)', 'quantile(0.9, a)', ''])
    test(`'${query}' is not split`, () => assert.equal(splittable(query), null))
})

test('labels that distinguish series are offered, and one of each pair with the same values', () => {
  const series = [
    { __name__: 'a', component: 'o', service: 'orders', port: '1', route: '/', job: 'shop' },
    { __name__: 'a', component: 'c', service: 'catalog', port: '2', route: '/', job: 'shop' },
    { __name__: 'a', component: 'c', service: 'catalog', port: '2', route: '/products', job: 'shop' },
  ]
  assert.deepEqual(labelsOf(series), ['service', 'route'])
  assert.deepEqual(labelsOf([]), [])
})

describe('what rose the most', () => {
  const samples = (values: Record<string, number>) => Object.entries(values).map(([route, value]) => ({ metric: { route }, value }))

  test('comes first, with its share of the increase', () => {
    const { parts, standsOut } = breakdown('route', samples({ '/': 10, '/cart': 30, '/new': 5 }), samples({ '/': 10, '/cart': 10 }), true)
    assert.deepEqual(parts, [
      { value: '/cart', now: 30, before: 10, share: 0.8 },
      { value: '/new', now: 5, before: 0, share: 0.2 },
      { value: '/', now: 10, before: 10, share: 0 },
    ])
    assert.equal(standsOut, 0.75)
  })
  test('has no share if parts do not add up, and nothing stands out if all rose alike', () => {
    const { parts, standsOut } = breakdown('route', samples({ '/': 2, '/cart': 2 }), samples({ '/': 1, '/cart': 1 }), false)
    assert.deepEqual([parts[0]?.share, standsOut], [null, 0])
  })
  test('is nothing if all is as before, or fell', () => {
    assert.equal(breakdown('route', samples({ '/': 100, '/cart': 10 }), samples({ '/': 99, '/cart': 10 }), true).standsOut, 0)
    assert.equal(breakdown('route', samples({ '/': 1 }), samples({ '/': 5 }), true).standsOut, 0)
    assert.equal(breakdown('route', [{ metric: {}, value: Number.NaN }], [], true).standsOut, 0)
  })
})
