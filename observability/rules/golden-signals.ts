import type { Timing } from '../timing.ts'
import type { RuleGroup } from './rule.ts'

/** Latency, traffic and errors of each service: for dashboards, and for tickets before users notice. */
export function goldenSignalRules({ rate, flappingFor, certainFor }: Timing): RuleGroup[] {
  return [
    {
      name: 'golden-signals',
      rules: [
        { record: 'service:requests:rate', expr: `sum by (service) (rate(http_requests_total[${rate}]))` },
        { record: 'service:errors:rate', expr: `sum by (service) (rate(http_requests_total{status="5xx"}[${rate}]))` },
        { record: 'service:error_ratio', expr: 'service:errors:rate / (service:requests:rate > 0)' },
        ...[50, 95, 99].map((percentile) => ({
          record: `service:latency_seconds:p${percentile}`,
          expr: `histogram_quantile(${percentile / 100}, sum by (service, le) (rate(http_request_duration_seconds_bucket[${rate}])))`,
        })),
      ],
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
