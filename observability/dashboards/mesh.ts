import type { Dashboard } from '../../model/dashboard.ts'

const between = 'envoy_cluster_name=~"catalog.*|inventory.*|orders.*|payments.*"'
const edge = '{{service}} → {{envoy_cluster_name}}'
// Proxies are scraped every few seconds.
const per = (metric: string, labels = '') => `sum by (service, envoy_cluster_name) (rate(${metric}{${between}${labels}}[30s]))`

/** Calls between services as the callers' proxies see them: passed on, retried, refused and failed to connect. */
export const meshDashboard: Dashboard = {
  id: 'mesh',
  title: 'Mesh',
  panels: [
    { title: 'Calls', unit: 'rps', queries: [{ expr: per('envoy_cluster_upstream_rq_total'), legend: edge }] },
    {
      title: 'Calls that fail',
      unit: 'ratio',
      queries: [
        {
          expr: `${per('envoy_cluster_upstream_rq_xx', ',envoy_response_code_class="5"')} / (${per('envoy_cluster_upstream_rq_total')} > 0)`,
          legend: edge,
        },
      ],
    },
    {
      title: 'Time to answer (p95)',
      unit: 'seconds',
      queries: [
        {
          expr: `histogram_quantile(0.95, sum by (service, envoy_cluster_name, le) (rate(envoy_cluster_upstream_rq_time_bucket{${between}}[30s]))) / 1000`,
          legend: edge,
        },
      ],
    },
    { title: 'Retries', unit: 'rps', queries: [{ expr: per('envoy_cluster_upstream_rq_retry'), legend: edge }] },
    {
      title: 'Not retried: budget exhausted',
      unit: 'rps',
      queries: [{ expr: per('envoy_cluster_upstream_rq_retry_overflow'), legend: edge }],
    },
    { title: 'Time limits reached', unit: 'rps', queries: [{ expr: per('envoy_cluster_upstream_rq_timeout'), legend: edge }] },
    { title: 'Refused by the breaker', unit: 'rps', queries: [{ expr: per('envoy_cluster_upstream_rq_pending_overflow'), legend: edge }] },
    {
      title: 'Instances ejected',
      unit: 'count',
      queries: [
        { expr: `sum by (service, envoy_cluster_name) (envoy_cluster_outlier_detection_ejections_active{${between}})`, legend: edge },
      ],
    },
    { title: 'TLS handshakes that fail', unit: 'rps', queries: [{ expr: per('envoy_cluster_ssl_connection_error'), legend: edge }] },
    {
      title: 'Connections in use',
      unit: 'count',
      queries: [{ expr: `sum by (service, envoy_cluster_name) (envoy_cluster_upstream_cx_active{${between}})`, legend: edge }],
    },
    {
      title: 'Memory of the proxies',
      unit: 'bytes',
      queries: [{ expr: 'envoy_server_memory_allocated', legend: '{{service}}' }],
    },
  ],
}
