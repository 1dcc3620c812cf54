import type { Timing } from '../timing.ts'
import type { AlertingRule, RuleGroup } from './rule.ts'
import { queues } from '../../shop/contract.ts'
import { volumeMounts } from '../volume-mounts.ts'

const runbook = (page: string) => `/runbooks/${page}`

/** Resources that run out, queues that grow, and components that are down: causes, and early signs of them. */
export const saturationRules = (timing: Timing): RuleGroup[] => [
  { name: 'causes', rules: [...missingParts(timing), ...brokenPromises(timing)] },
  { name: 'saturation', rules: [...messages(timing), ...database(timing), ...processes(timing), ...volumes(timing), watchdog] },
]

function missingParts({ certainFor, flappingFor }: Timing): AlertingRule[] {
  return [
    {
      alert: 'ComponentDown',
      expr: 'up{tier="shop"} == 0',
      for: certainFor,
      labels: { severity: 'page' },
      annotations: {
        summary: '{{ $labels.component }} is down',
        description: '{{ $labels.component }} has not answered a scrape for the last seconds.',
        runbook_url: runbook('component-down'),
      },
    },
    {
      alert: 'ComponentDown',
      expr: 'label_replace(pg_up == 0, "component", "postgres", "", "") or label_replace(redis_up == 0, "component", "redis", "", "")',
      for: certainFor,
      labels: { severity: 'page' },
      annotations: {
        summary: '{{ $labels.component }} is down',
        description: 'The exporter of {{ $labels.component }} cannot connect to it.',
        runbook_url: runbook('component-down'),
      },
    },
    {
      alert: 'MonitoringTargetMissing',
      // As many as a while ago; otherwise a component has left the configuration and could no longer be missed.
      expr: 'count(up{tier="shop",component!="canary"}) < count(last_over_time(up{tier="shop",component!="canary"}[10m]))',
      for: flappingFor,
      labels: { severity: 'ticket' },
      annotations: {
        summary: 'A component of the shop is no longer watched',
        description: 'Prometheus scrapes {{ $value }} components of the shop, and scraped more a while ago.',
        runbook_url: runbook('monitoring'),
      },
    },
    {
      alert: 'MonitoringTargetDown',
      expr: 'up{tier!="shop"} == 0',
      for: flappingFor,
      labels: { severity: 'ticket' },
      annotations: {
        summary: '{{ $labels.component }} is not scraped',
        description: 'What {{ $labels.component }} tells is missing from dashboards and alerts.',
        runbook_url: runbook('component-down'),
      },
    },
  ]
}

/** Promises of the shop that no golden signal measures. */
/** More than a product or two: the share of requests for products that the shop says it does not have. */
const missedShare = 0.1

function brokenPromises({ certainFor, flappingFor, rate }: Timing): AlertingRule[] {
  return [
    {
      alert: 'PricesOutdated',
      expr: 'max(catalog_stale_prices) > 0',
      for: flappingFor,
      labels: { severity: 'page', service: 'catalog', journey: 'browse' },
      annotations: {
        summary: 'Customers are shown old prices',
        description: '{{ $value }} of the prices that changed in the last two minutes are not those that customers see and pay.',
        runbook_url: runbook('prices'),
      },
    },
    {
      alert: 'ProductsSoldOut',
      expr: `sum(rate(inventory_reservations_total{outcome="sold-out"}[${rate}])) / sum(rate(inventory_reservations_total{outcome=~"sold-out|held"}[${rate}])) > ${missedShare}`,
      for: certainFor,
      labels: { severity: 'page', service: 'inventory', journey: 'checkout' },
      annotations: {
        summary: 'Orders are refused as sold out',
        description: '{{ $value | humanizePercentage }} of all orders are refused, as inventory has not enough of a product.',
        runbook_url: runbook('missing-products'),
      },
    },
    {
      alert: 'ProductsNotFound',
      expr: `sum(rate(http_requests_total{service="catalog",route="/products/:sku",status="4xx"}[${rate}])) / sum(rate(http_requests_total{service="catalog",route="/products/:sku"}[${rate}])) > ${missedShare}`,
      for: certainFor,
      labels: { severity: 'page', service: 'catalog', journey: 'browse' },
      annotations: {
        summary: 'Customers ask for products that are not there',
        description: 'Catalog does not know {{ $value | humanizePercentage }} of the products that customers open.',
        runbook_url: runbook('missing-products'),
      },
    },
    {
      alert: 'OrdersNotFulfilled',
      expr: 'max(orders_unfulfilled_oldest_seconds) > 10',
      for: certainFor,
      labels: { severity: 'page', service: 'fulfilment', journey: 'fulfilment' },
      annotations: {
        summary: 'Orders are not being fulfilled',
        description: 'The oldest confirmed order has waited {{ $value | humanizeDuration }} to be shipped; 5 s are promised.',
        runbook_url: runbook('fulfilment'),
      },
    },
  ]
}

function messages({ certainFor }: Timing): AlertingRule[] {
  return [
    {
      alert: 'DeadLetters',
      expr: `rabbitmq_queue_messages_ready{queue="${queues.dead}"} > 0`,
      for: certainFor,
      labels: { severity: 'ticket', service: 'fulfilment' },
      annotations: {
        summary: 'Messages were set aside',
        description: '{{ $value }} messages in the dead-letter queue wait for someone to look at them.',
        runbook_url: runbook('dead-letters'),
      },
    },
    {
      alert: 'QueueBacklog',
      expr: `rabbitmq_queue_messages_ready{queue="${queues.fulfilment}"} > 50`,
      for: certainFor,
      labels: { severity: 'ticket', service: 'fulfilment' },
      annotations: {
        summary: 'Messages pile up for {{ $labels.queue }}',
        description: '{{ $value }} messages are waiting.',
        runbook_url: runbook('fulfilment'),
      },
    },
    {
      alert: 'BrokerAlarm',
      expr: 'label_replace(rabbitmq_alarms_memory_used_watermark, "resource", "memory", "", "") > 0 or label_replace(rabbitmq_alarms_free_disk_space_watermark, "resource", "disk", "", "") > 0',
      for: certainFor,
      labels: { severity: 'ticket', service: 'rabbitmq' },
      annotations: {
        summary: 'RabbitMQ blocks publishers',
        description: 'The {{ $labels.resource }} alarm stands: nobody can publish until it is over.',
        runbook_url: runbook('broker-alarm'),
      },
    },
    {
      alert: 'OutboxBacklog',
      expr: 'max(outbox_pending) > 20',
      for: certainFor,
      labels: { severity: 'ticket', service: 'orders' },
      annotations: {
        summary: 'Messages of orders wait to be published',
        description: '{{ $value }} messages of the outbox were not taken by the broker.',
        runbook_url: runbook('fulfilment'),
      },
    },
  ]
}

function database({ certainFor }: Timing): AlertingRule[] {
  return [
    {
      alert: 'DatabaseConnections',
      expr: 'sum(pg_stat_activity_count) > 0.9 * max(pg_settings_max_connections)',
      for: certainFor,
      labels: { severity: 'ticket', service: 'postgres' },
      annotations: {
        summary: 'PostgreSQL has hardly a connection left',
        description: '{{ $value }} connections are in use.',
        runbook_url: runbook('database-connections'),
      },
    },
    {
      alert: 'DatabasePoolExhausted',
      expr: 'max by (service) (db_pool_waiting) > 0 and max by (service) (db_pool_connections{state="used"}) >= max by (service) (db_pool_size)',
      for: certainFor,
      labels: { severity: 'ticket' },
      annotations: {
        summary: '{{ $labels.service }} has no free database connection',
        description: '{{ $value }} requests wait for a connection of the pool.',
        runbook_url: runbook('database-pool'),
      },
    },
    {
      alert: 'DatabaseLockWaits',
      expr: 'sum(pg_locks_waiting) > 2 or sum(pg_stat_activity_count{datname="shop",state="idle in transaction"}) > 3',
      for: certainFor,
      labels: { severity: 'ticket', service: 'postgres' },
      annotations: {
        summary: 'Statements wait for locks',
        description: '{{ $value }} sessions of the database hold or wait for locks.',
        runbook_url: runbook('database-locks'),
      },
    },
  ]
}

/** Event loops, and the cache that saves them work. */
function processes({ rate, flappingFor }: Timing): AlertingRule[] {
  return [
    {
      alert: 'EventLoopBlocked',
      expr: 'nodejs_eventloop_lag_p99_seconds{tier="shop"} > 0.2',
      for: flappingFor,
      labels: { severity: 'ticket' },
      annotations: {
        summary: '{{ $labels.service }} does nothing else for long',
        description: 'The event loop of {{ $labels.service }} lags {{ $value | humanizeDuration }} (99th percentile).',
        runbook_url: runbook('event-loop'),
      },
    },
    {
      alert: 'ControlPlaneBlocked',
      // A blocked control plane delays reverts. A ticket: trainees are not paged for it.
      expr: 'max(nodejs_eventloop_lag_p99_seconds{component="control"}) > 0.5',
      for: flappingFor,
      labels: { severity: 'ticket' },
      annotations: {
        summary: 'The control plane of the range does nothing else for long',
        description: 'Its event loop lags {{ $value | humanizeDuration }} (99th percentile): drills and the console are late.',
        runbook_url: runbook('event-loop'),
      },
    },
    {
      alert: 'CacheIneffective',
      expr: `sum(rate(cache_lookups_total{result="hit"}[${rate}])) / sum(rate(cache_lookups_total[${rate}])) < 0.2 and sum(rate(cache_lookups_total[${rate}])) > 2`,
      for: '1m',
      labels: { severity: 'ticket', service: 'catalog' },
      annotations: {
        summary: 'The cache hardly helps',
        description: 'Only {{ $value | humanizePercentage }} of lookups are answered by the cache.',
        runbook_url: runbook('cache'),
      },
    },
  ]
}

/** Share of a volume's space below which somebody should look. */
const nearlyFullShare = 0.1

/** Volumes of data stores, which a range has only in some drills; not the disk of its host, which others use as well. */
function volumes({ certainFor }: Timing): AlertingRule[] {
  const free = `node_filesystem_avail_bytes{mountpoint=~"${volumeMounts}"} / node_filesystem_size_bytes`
  const named = (labelled: string, service: string, folder: string) =>
    `label_replace(${labelled}, "service", "${service}", "mountpoint", ".+/${folder}")`
  return [
    {
      alert: 'VolumeNearlyFull',
      expr: `${named(named(free, 'postgres', 'journal'), 'redis', 'redis')} < ${nearlyFullShare}`,
      for: certainFor,
      labels: { severity: 'ticket' },
      annotations: {
        summary: 'A volume of {{ $labels.service }} is nearly full',
        description: 'Of the volume at {{ $labels.mountpoint }}, {{ $value | humanizePercentage }} is free.',
        runbook_url: runbook('volumes'),
      },
    },
  ]
}

const watchdog: AlertingRule = {
  alert: 'Watchdog',
  expr: 'vector(1)',
  labels: { severity: 'none' },
  annotations: {
    summary: 'Alerting works',
    description: 'Always fires. When it is missing, the way from Prometheus to the pager is broken.',
    runbook_url: runbook('watchdog'),
  },
}
