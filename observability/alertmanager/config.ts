import { stringify } from 'yaml'
import type { Timing } from '../timing.ts'

interface AlertmanagerOptions {
  timing: Timing
  /** Where the control plane's pager listens, and the token that it wants. */
  pagerUrl: string
  pagerToken: string
}

/**
 * Pages and tickets go apart. Alerts of one cause come as one notification. A cause mutes its symptoms: whoever is told that
 * checkout fails need not be told as well that each service on the way is slow.
 */
export function renderAlertmanager({ timing, pagerUrl, pagerToken }: AlertmanagerOptions): string {
  const webhook = (route: string) => ({
    url: `${pagerUrl}/${route}`,
    send_resolved: true,
    max_alerts: 0,
    http_config: { authorization: { type: 'Bearer', credentials: pagerToken } },
  })
  return stringify(
    {
      global: { resolve_timeout: '1m' },
      route: {
        receiver: 'ticket',
        group_by: ['alertname', 'service'],
        group_wait: timing.groupWait,
        group_interval: timing.groupInterval,
        repeat_interval: timing.repeatInterval,
        routes: [
          { matchers: ['severity="none"'], receiver: 'watchdog' },
          { matchers: ['severity="page"'], receiver: 'pager', group_by: ['alertname'] },
        ],
      },
      inhibit_rules: [
        // A component that is gone explains what its users feel.
        {
          source_matchers: ['alertname="ComponentDown"', 'component=~"postgres|redis|rabbitmq"'],
          target_matchers: ['alertname="ComponentDown"', 'component!~"postgres|redis|rabbitmq"'],
        },
        { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ['journey'] },
        // Errors are also slow: one page for each journey.
        {
          source_matchers: ['severity="page"', 'slo="availability"'],
          target_matchers: ['slo="latency"'],
          equal: ['journey'],
        },
        { source_matchers: ['alertname="OrdersNotFulfilled"'], target_matchers: ['alertname="FulfilmentBudgetBurn"'] },
        { source_matchers: ['severity="page"'], target_matchers: ['alertname=~"Service(Errors|Latency)"'] },
      ],
      receivers: [
        { name: 'pager', webhook_configs: [webhook('page')] },
        { name: 'ticket', webhook_configs: [webhook('ticket')] },
        { name: 'watchdog', webhook_configs: [webhook('watchdog')] },
      ],
    },
    { lineWidth: 0 },
  )
}
