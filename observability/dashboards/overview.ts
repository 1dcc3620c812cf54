import type { Dashboard } from '../../model/dashboard.ts'
import { journeyRequests, latencyOf } from '../rules/golden-signals.ts'

const percentilesOf = (requests: string) => [50, 95, 99].map((p) => ({ expr: latencyOf(requests, p, '$rate'), legend: `p${p}` }))

/** The four golden signals of the whole shop, from its users' side. */
export const overview: Dashboard = {
  id: 'overview',
  title: 'Golden signals',
  panels: [
    {
      title: 'Latency of browsing',
      unit: 'seconds',
      queries: percentilesOf(journeyRequests.browse),
      exemplars: `http_request_duration_seconds_bucket{${journeyRequests.browse}}`,
      threshold: { value: 0.25, label: 'objective 250 ms' },
    },
    {
      title: 'Latency of checkout',
      unit: 'seconds',
      queries: percentilesOf(journeyRequests.checkout),
      exemplars: `http_request_duration_seconds_bucket{${journeyRequests.checkout}}`,
      threshold: { value: 1, label: 'objective 1 s' },
    },
    { title: 'Traffic', unit: 'rps', queries: [{ expr: 'sum by (service) (rate(http_requests_total[$rate]))', legend: '{{service}}' }] },
    {
      title: 'Errors',
      unit: 'ratio',
      queries: [
        {
          expr: 'sum by (service) (rate(http_requests_total{status="5xx"}[$rate])) / (sum by (service) (rate(http_requests_total[$rate])) > 0)',
          legend: '{{service}}',
        },
      ],
    },
    {
      title: 'What users felt',
      unit: 'rps',
      queries: [{ expr: 'sum by (outcome) (rate(user_requests_total[$rate]))', legend: '{{outcome}}' }],
    },
    {
      title: 'Error budget burn (bad share of events)',
      unit: 'ratio',
      queries: ['browse_availability', 'browse_latency', 'checkout_availability', 'checkout_latency', 'fulfilment_latency'].map((slo) => ({
        expr: `{__name__=~"slo:${slo}:bad_ratio_(30s|1h)"}`,
        legend: slo.replace('_', ' '),
      })),
    },
    {
      title: 'Orders not yet fulfilled: age of the oldest',
      unit: 'seconds',
      queries: [{ expr: 'max(orders_unfulfilled_oldest_seconds)', legend: 'oldest' }],
      threshold: { value: 5, label: 'promised 5 s' },
    },
    {
      title: 'Saturation: database connections in use',
      unit: 'ratio',
      queries: [{ expr: 'max by (service) (db_pool_connections{state="used"}) / max by (service) (db_pool_size)', legend: '{{service}}' }],
    },
    {
      title: 'Saturation: event loop lag (p99)',
      unit: 'seconds',
      queries: [{ expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds{tier="shop"})', legend: '{{service}}' }],
    },
  ],
}
