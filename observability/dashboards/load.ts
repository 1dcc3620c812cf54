import type { Dashboard } from '../../model/dashboard.ts'

/** Traffic and its results, measured at the users, not at the servers. */
export const loadDashboard: Dashboard = {
  id: 'load',
  title: 'Load and users',
  panels: [
    { title: 'Users', unit: 'count', queries: [{ expr: 'max(users)', legend: 'users' }] },
    {
      title: 'Requests by journey',
      unit: 'rps',
      queries: [{ expr: 'sum by (journey) (rate(user_requests_total[$rate]))', legend: '{{journey}}' }],
    },
    {
      title: 'Requests by outcome',
      unit: 'rps',
      queries: [{ expr: 'sum by (outcome) (rate(user_requests_total[$rate]))', legend: '{{outcome}}' }],
    },
    {
      title: 'Latency as users feel it (p95)',
      unit: 'seconds',
      queries: [
        {
          expr: 'histogram_quantile(0.95, sum by (le, journey) (rate(user_request_duration_seconds_bucket[$rate])))',
          legend: '{{journey}}',
        },
      ],
    },
    {
      title: 'Share of requests that hurt',
      unit: 'ratio',
      queries: [
        {
          expr: 'sum by (journey) (rate(user_requests_total{outcome!="good"}[$rate])) / (sum by (journey) (rate(user_requests_total[$rate])) > 0)',
          legend: '{{journey}}',
        },
      ],
    },
    {
      title: 'CPU of the host',
      unit: 'ratio',
      queries: [{ expr: '1 - avg(rate(node_cpu_seconds_total{mode="idle"}[$rate]))', legend: 'busy' }],
    },
    {
      title: 'Waiting for CPU (pressure)',
      unit: 'ratio',
      queries: [{ expr: 'rate(node_pressure_cpu_waiting_seconds_total[$rate])', legend: 'some task waits' }],
    },
    {
      title: 'Memory of the host',
      unit: 'bytes',
      queries: [{ expr: 'node_memory_MemTotal_bytes - node_memory_MemAvailable_bytes', legend: 'in use' }],
    },
  ],
}
