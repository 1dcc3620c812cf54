import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shopComponentNames } from '../model/components.ts'
import { dashboards } from '../observability/dashboards/registry.ts'
import { componentsIn, failingIn } from './evidence.ts'

test('a query names the components whose series it selects', () => {
  const named: Record<string, string[]> = {
    'sum by (service) (rate(http_requests_total{service="inventory", status="5xx"}[5m]))': ['inventory'],
    'service:latency_seconds:p95{service=~"orders|payments"}': ['orders', 'payments'],
    "up{component='orders-proxy'} or up{component=`orders`}": ['orders'],
    'up{"service"="catalog"}': ['catalog'],
    'rate(envoy_cluster_upstream_rq_total{service="gateway",envoy_cluster_name="catalog"}[30s])': ['gateway', 'catalog'],
    'sum by (state) (pg_stat_activity_count{datname="shop"})': ['postgres'],
    'redis_memory_used_bytes / redis_memory_max_bytes': ['redis'],
    rabbitmq_queue_messages_ready: ['rabbitmq'],
  }
  for (const [query, components] of Object.entries(named)) assert.deepEqual(componentsIn(query), components, query)
})

test('a query that only mentions components, or leaves open which it selects, names none', () => {
  for (const query of [
    'up',
    'sum by (service) (up)',
    'up{service=~".+"}',
    'up{service=~"inventory.*"}',
    'up{service!="inventory"}',
    'up # {service="inventory"}',
    'up{instance="inventory"}',
    'label_replace(up, "service", "inventory", "instance", ".*")',
    'up{service="inventory"',
    `up{service="inventory",x="${'y'.repeat(3_000)}"}`,
    '',
  ])
    assert.deepEqual(componentsIn(query), [], query)
})

test('each component of the shop with a dashboard is named by its queries', () => {
  for (const { component, panels } of dashboards('drill')) {
    if (!component) continue
    const named = new Set<string>(panels.flatMap(({ queries }) => queries.flatMap(({ expr }) => componentsIn(expr))))
    assert.ok(named.has(component), component)
  }
})

test('a query that is crafted to be slow to parse is parsed quickly', () => {
  const startedAt = performance.now()
  componentsIn(`${'('.repeat(1_900)}up`)
  componentsIn(`${'('.repeat(950)}up${')'.repeat(950)}`)
  componentsIn('('.repeat(1_000_000))
  assert.ok(performance.now() - startedAt < 200)
  assert.equal(componentsIn(`up{service=~"${shopComponentNames.join('|')}"}`).length, shopComponentNames.length)
})

test('a failed trace points at the component where the failure begins', () => {
  const span = (spanId: string, parentSpanId: string, service: string, status = 'Error') => ({ spanId, parentSpanId, service, status })
  const spans = [
    span('1', '', 'load'),
    span('2', '1', 'gateway'),
    span('3', '2', 'gateway-proxy'),
    span('4', '3', 'orders'),
    span('5', '4', 'payments'),
    span('6', '4', 'inventory', 'Unset'),
  ]
  assert.deepEqual(failingIn(spans), ['payments'])
  assert.deepEqual(failingIn(spans.map((one) => ({ ...one, status: 'Unset' }))), [])
})
