import type { Timing } from '../timing.ts'
import type { RuleGroup } from './rule.ts'

/** The requests to the gateway that make up a journey of users, as a selector's labels. */
export const journeyRequests = {
  browse: 'service="gateway",route=~"/api/products.*|/api/cart"',
  checkout: 'service="gateway",route="/api/checkout"',
} as const

/** A percentile of how long requests take, as PromQL. @param rate the window of `rate()`. */
export const latencyOf = (requests: string, percentile: number, rate: string): string =>
  `histogram_quantile(${percentile / 100}, sum by (le) (rate(http_request_duration_seconds_bucket{${requests}}[${rate}])))`

/** Latency, traffic and errors of each service, and the latency of journeys: for dashboards, and for tickets before users notice. */
export function goldenSignalRules({ rate, flappingFor, certainFor }: Timing): RuleGroup[] {
  return [
    {
      name: 'golden-signals',
      rules: [
        { record: 'service:requests:rate', expr: `sum by (service) (rate(http_requests_total[${rate}]))` },
        { record: 'service:errors:rate', expr: `sum by (service) (rate(http_requests_total{status="5xx"}[${rate}]))` },
        { record: 'service:error_ratio', expr: 'service:errors:rate / (service:requests:rate > 0)' },
        {
          record: 'service:latency_seconds:p95',
          expr: `histogram_quantile(0.95, sum by (service, le) (rate(http_request_duration_seconds_bucket[${rate}])))`,
        },
        // Read once for two percentiles: most of the work of a percentile is to read the buckets.
        {
          record: 'service:latency_seconds_bucket:rate',
          expr: `sum by (service, le) (rate(http_request_duration_seconds_bucket[${rate}]))`,
        },
        ...[50, 99].map((percentile) => ({
          record: `service:latency_seconds:p${percentile}`,
          expr: `histogram_quantile(${percentile / 100}, service:latency_seconds_bucket:rate)`,
        })),
      ],
    },
    {
      // Recorded, because a dashboard over an hour would otherwise read each sample of each bucket once for each percentile.
      name: 'journey-latency',
      rules: Object.entries(journeyRequests).flatMap(([journey, requests]) =>
        [50, 95, 99].map((percentile) => ({
          record: `${journey}:latency_seconds:p${percentile}`,
          expr: latencyOf(requests, percentile, rate),
          labels: { service: 'gateway' },
        })),
      ),
    },
    {
      name: 'service-alerts',
      rules: [
        {
          alert: 'ServiceErrors',
          expr: 'service:error_ratio > 0.05',
          for: certainFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: '{{ $labels.service }} answers with errors',
            description: '{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} are answered 5xx.',
            runbook_url: '/runbooks/service-errors',
          },
        },
        {
          alert: 'ServiceLatency',
          expr: 'service:latency_seconds:p95 > 0.5',
          for: flappingFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: '{{ $labels.service }} is slow',
            description: 'The 95th percentile of {{ $labels.service }} is {{ $value | humanizeDuration }}.',
            runbook_url: '/runbooks/service-latency',
          },
        },
      ],
    },
  ]
}
