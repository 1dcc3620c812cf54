import type { Dashboard } from '../../model/dashboard.ts'

/** Node.js runtime metrics, with all services side by side. */
export const runtimeDashboard: Dashboard = {
  id: 'runtime',
  title: 'Node.js',
  panels: [
    {
      title: 'Event loop lag (p99)',
      unit: 'seconds',
      queries: [{ expr: 'max by (service) (nodejs_eventloop_lag_p99_seconds{tier="shop"})', legend: '{{service}}' }],
    },
    {
      title: 'CPU, of one core',
      unit: 'ratio',
      queries: [{ expr: 'sum by (service) (rate(process_cpu_seconds_total{tier="shop"}[$rate]))', legend: '{{service}}' }],
    },
    {
      title: 'Heap in use',
      unit: 'bytes',
      queries: [{ expr: 'sum by (service) (nodejs_heap_size_used_bytes{tier="shop"})', legend: '{{service}}' }],
    },
    {
      title: 'Resident memory',
      unit: 'bytes',
      queries: [{ expr: 'sum by (service) (process_resident_memory_bytes{tier="shop"})', legend: '{{service}}' }],
    },
    {
      title: 'Time spent in garbage collection',
      unit: 'ratio',
      queries: [{ expr: 'sum by (service) (rate(nodejs_gc_duration_seconds_sum{tier="shop"}[$rate]))', legend: '{{service}}' }],
    },
    {
      title: 'Open file descriptors, of all that it may have',
      unit: 'ratio',
      queries: [{ expr: 'max by (service) (process_open_fds{tier="shop"} / process_max_fds{tier="shop"})', legend: '{{service}}' }],
    },
    {
      title: 'Requests in flight',
      unit: 'count',
      queries: [{ expr: 'sum by (service) (http_requests_in_flight)', legend: '{{service}}' }],
    },
    {
      title: 'Age of the process',
      unit: 'seconds',
      queries: [{ expr: 'time() - max by (service) (process_start_time_seconds{tier="shop"})', legend: '{{service}}' }],
    },
    {
      title: 'Clock, compared with the monitoring',
      unit: 'seconds',
      queries: [
        {
          expr: 'max by (service) (process_time_seconds{tier="shop"} - timestamp(process_time_seconds{tier="shop"}))',
          legend: '{{service}}',
        },
      ],
    },
  ],
}
