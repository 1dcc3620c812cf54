import type { Timing } from '../timing.ts'
import type { RuleGroup } from './rule.ts'

/** Calls that proxies refuse, retry or cannot connect: only tickets, since symptoms at users page anyway. */
export function meshRules({ flappingFor, rate }: Timing): RuleGroup[] {
  const runbook_url = '/runbooks/mesh'
  // Proxies are scraped less often than services.
  const window = rate === '10s' ? '20s' : rate
  const per = (metric: string) => `sum by (service, envoy_cluster_name) (rate(${metric}[${window}]))`
  return [
    {
      name: 'mesh',
      rules: [
        {
          alert: 'MeshBreakerOpen',
          expr: `${per('envoy_cluster_upstream_rq_pending_overflow')} > 0`,
          for: flappingFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: 'The proxy of {{ $labels.service }} refuses calls to {{ $labels.envoy_cluster_name }}',
            description: '{{ $value | humanize }} calls a second are refused by the circuit breaker before they are sent.',
            runbook_url,
          },
        },
        {
          alert: 'MeshTlsFailures',
          expr: `${per('envoy_cluster_ssl_connection_error')} > 0`,
          for: flappingFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: '{{ $labels.service }} and {{ $labels.envoy_cluster_name }} do not come to a secure connection',
            description: '{{ $value | humanize }} connections a second fail in their TLS handshake.',
            runbook_url,
          },
        },
        {
          alert: 'MeshConnectionFailures',
          expr: `${per('envoy_cluster_upstream_cx_connect_fail{envoy_cluster_name!~"app|app-canary|telemetry"}')} > 0`,
          for: flappingFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: 'The proxy of {{ $labels.service }} cannot connect to {{ $labels.envoy_cluster_name }}',
            description: '{{ $value | humanize }} connections a second fail.',
            runbook_url,
          },
        },
        {
          alert: 'MeshRetries',
          expr: `${per('envoy_cluster_upstream_rq_retry')} > 0.2 * ${per('envoy_cluster_upstream_rq_total')}`,
          for: flappingFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: 'Every fifth call of {{ $labels.service }} to {{ $labels.envoy_cluster_name }} is a repetition',
            description: '{{ $value | humanize }} calls a second are retried. Retries hide failures, and add to the load.',
            runbook_url,
          },
        },
        {
          alert: 'MeshEjection',
          expr: 'sum by (service, envoy_cluster_name) (envoy_cluster_outlier_detection_ejections_active) > 0',
          for: flappingFor,
          labels: { severity: 'ticket' },
          annotations: {
            summary: 'The proxy of {{ $labels.service }} has ejected {{ $labels.envoy_cluster_name }}',
            description: '{{ $value }} instances are not called for a while, since they failed too often.',
            runbook_url,
          },
        },
      ],
    },
  ]
}
