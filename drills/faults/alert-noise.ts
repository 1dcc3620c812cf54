import { stringify } from 'yaml'
import { z } from 'zod'
import { serviceNames } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'

const file = 'legacy'

/** Rules that an earlier team wrote: one for each cause that it could think of, none with a window, none inhibited. */
export const alertNoise = defineFault({
  id: 'alert-noise',
  title: 'Noisy alert rules',
  effect: 'Dozens of alerts for each incident, most of them of no use',
  category: 'observability',
  params: z.object({
    severity: z.enum(['page', 'ticket']).default('ticket').describe('Severity of the alerts; page wakes somebody for each of them'),
  }),
  plan: async () => ({ file }),
  inject: ({ range }, { severity }) => range.monitoring.setExtraRules(file, stringify(noise(severity))),
  revert: ({ range }, undo) => range.monitoring.setExtraRules(undo.file, null),
  observe: ({ range }) => range.monitoring.extraRules(),
})

function noise(severity: string) {
  const symptoms: Record<string, (service: string) => string> = {
    LatencyAverageHigh: (service) =>
      `rate(http_request_duration_seconds_sum{service="${service}"}[10s]) / rate(http_request_duration_seconds_count{service="${service}"}[10s]) > 0.1`,
    Errors: (service) => `increase(http_requests_total{service="${service}",status="5xx"}[10s]) > 0`,
    PeerFailures: (service) => `increase(http_client_failures_total{service="${service}"}[10s]) > 0`,
    PeerSlow: (service) =>
      `rate(http_client_request_duration_seconds_sum{service="${service}"}[10s]) / rate(http_client_request_duration_seconds_count{service="${service}"}[10s]) > 0.1`,
    PoolWaiting: (service) => `db_pool_waiting{service="${service}"} > 0`,
    PoolBusy: (service) =>
      `sum by (service) (db_pool_connections{service="${service}",state="used"}) / max by (service) (db_pool_size{service="${service}"}) > 0.7`,
    TrafficDropped: (service) =>
      `sum by (service, route) (rate(http_request_duration_seconds_count{service="${service}",route!~"/(health|ready|metrics)"}[10s])) < 0.5 * sum by (service, route) (rate(http_request_duration_seconds_count{service="${service}",route!~"/(health|ready|metrics)"}[2m]))`,
  }
  return {
    groups: [
      {
        name: 'legacy',
        rules: serviceNames.flatMap((service) =>
          Object.entries(symptoms).map(([symptom, expr]) => ({
            alert: `Legacy${service[0]?.toUpperCase()}${service.slice(1)}${symptom}`,
            expr: expr(service),
            keep_firing_for: '30s',
            labels: { severity, service },
            annotations: {
              summary: `${service}: ${symptom.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`,
              description: 'Kept from the monitoring before this one.',
              runbook_url: '/runbooks/legacy',
            },
          })),
        ),
      },
    ],
  }
}
