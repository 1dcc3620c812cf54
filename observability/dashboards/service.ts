import type { Dashboard, Panel } from '../../model/dashboard.ts'

interface ServiceTraits {
  database: boolean
  cache?: boolean
  worker?: boolean
  clients?: boolean
  /** Whether it calls the bank. */
  bank?: boolean
  /** Whether it may run in several releases at a time. */
  canary?: boolean
}

/** By the release that answered: joined with each instance's own metric. */
const perRelease = (service: string, status: string): string =>
  `sum by (version) (rate(http_requests_total{service="${service}"${status}}[$rate]) * on (instance, job) group_left (version) build_info{service="${service}"})`

/** RED by route, and USE of the service's resources. */
export function serviceDashboard(service: string, { database, cache, worker, clients, bank, canary }: ServiceTraits): Dashboard {
  const panels = [
    ...byRoute(service),
    ...(canary ? byRelease(service) : []),
    ...(worker ? ofWorker : []),
    ...(clients ? ofClients(service) : []),
    ...(cache ? ofCache : []),
    ...(bank ? ofBank : []),
    ...(database ? ofDatabase(service) : []),
    ...ofProcess(service),
  ]
  return { id: service, title: service[0]?.toUpperCase() + service.slice(1), component: service, panels }
}

const byRoute = (service: string): Panel[] => [
  {
    title: 'Latency (p95) by route',
    unit: 'seconds',
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le, method, route) (rate(http_request_duration_seconds_bucket{service="${service}"}[$rate])))`,
        legend: '{{method}} {{route}}',
      },
    ],
    exemplars: `http_request_duration_seconds_bucket{service="${service}"}`,
  },
  {
    title: 'Requests by route',
    unit: 'rps',
    queries: [{ expr: `sum by (method, route) (rate(http_requests_total{service="${service}"}[$rate]))`, legend: '{{method}} {{route}}' }],
  },
  {
    title: 'Errors by route',
    unit: 'rps',
    queries: [
      {
        expr: `sum by (method, route) (rate(http_requests_total{service="${service}",status="5xx"}[$rate]))`,
        legend: '{{method}} {{route}}',
      },
    ],
  },
]

const byRelease = (service: string): Panel[] => [
  {
    title: 'Errors by release',
    unit: 'ratio',
    queries: [{ expr: `${perRelease(service, ',status="5xx"')} / (${perRelease(service, '')} > 0)`, legend: '{{version}}' }],
  },
]

const ofWorker: Panel[] = [
  {
    title: 'Messages by outcome',
    unit: 'rps',
    queries: [{ expr: 'sum by (outcome) (rate(worker_messages_total[$rate]))', legend: '{{outcome}}' }],
  },
  {
    title: 'Wait in the queue (p95)',
    unit: 'seconds',
    queries: [{ expr: 'histogram_quantile(0.95, sum by (le) (rate(worker_message_wait_seconds_bucket[$rate])))', legend: 'p95' }],
    exemplars: 'worker_message_wait_seconds_bucket',
  },
]

const ofClients = (service: string): Panel[] => [
  {
    title: 'Calls to others (p95)',
    unit: 'seconds',
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le, peer) (rate(http_client_request_duration_seconds_bucket{service="${service}"}[$rate])))`,
        legend: '{{peer}}',
      },
    ],
    exemplars: `http_client_request_duration_seconds_bucket{service="${service}"}`,
  },
]

const ofCache: Panel[] = [
  {
    title: 'Cache lookups',
    unit: 'rps',
    queries: [{ expr: 'sum by (result) (rate(cache_lookups_total[$rate]))', legend: '{{result}}' }],
  },
]

const ofBank: Panel[] = [
  {
    title: 'Charges by outcome',
    unit: 'rps',
    queries: [{ expr: 'sum by (state) (rate(payments_charges_total[$rate]))', legend: '{{state}}' }],
  },
  { title: 'With the bank, or waiting for it', unit: 'count', queries: [{ expr: 'max(payments_bank_waiting)', legend: 'charges' }] },
]

const ofDatabase = (service: string): Panel[] => [
  {
    title: 'Database connections',
    unit: 'count',
    queries: [
      { expr: `db_pool_connections{service="${service}"}`, legend: '{{state}}' },
      { expr: `db_pool_waiting{service="${service}"}`, legend: 'requests waiting' },
      { expr: `db_pool_size{service="${service}"}`, legend: 'limit' },
    ],
  },
  {
    title: 'Wait for a database connection (p95)',
    unit: 'seconds',
    queries: [
      {
        expr: `histogram_quantile(0.95, sum by (le) (rate(db_pool_acquire_seconds_bucket{service="${service}"}[$rate])))`,
        legend: 'p95',
      },
    ],
    exemplars: `db_pool_acquire_seconds_bucket{service="${service}"}`,
  },
]

const ofProcess = (service: string): Panel[] => [
  {
    title: 'Event loop lag (p99)',
    unit: 'seconds',
    queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{service="${service}"}`, legend: 'p99' }],
  },
  {
    title: 'Memory',
    unit: 'bytes',
    queries: [
      { expr: `process_resident_memory_bytes{service="${service}"}`, legend: 'resident' },
      { expr: `nodejs_heap_size_used_bytes{service="${service}"}`, legend: 'heap in use' },
    ],
  },
  {
    title: 'CPU',
    unit: 'ratio',
    queries: [{ expr: `rate(process_cpu_seconds_total{service="${service}"}[$rate])`, legend: 'of one core' }],
  },
]
