import { parse, parseDocument, stringify, visit } from 'yaml'
import { z } from 'zod'
import type { Timing } from '../timing.ts'

interface AlertmanagerOptions {
  timing: Timing
  /** Address and token of the control plane's pager. */
  pagerUrl: string
  pagerToken: string
  /** A team's own receivers, which are notified as well. */
  own?: OwnReceivers
}

const integrations = z.record(
  z.string().regex(/^[a-z][a-z0-9_]*_configs$/, 'a kind of Alertmanager receiver, such as slack_configs'),
  z.array(z.record(z.string(), z.unknown())).min(1),
)

/** What a team adds to the routes: `slack_configs`, `pagerduty_configs`, `email_configs`, … as in Alertmanager's own configuration. */
export const ownReceivers = z.strictObject({
  global: z.record(z.string(), z.unknown()).optional(),
  /** Files with templates of messages. */
  templates: z.array(z.string()).optional(),
  pager: integrations.optional(),
  ticket: integrations.optional(),
})
export type OwnReceivers = z.infer<typeof ownReceivers>

/**
 * Pages and tickets have separate routes. Alerts with one cause are grouped into one notification. A cause inhibits its symptoms: a responder who is
 * told that checkout fails does not also need a page for each slow service behind it.
 */
export function renderAlertmanager({ timing, pagerUrl, pagerToken, own = {} }: AlertmanagerOptions): string {
  const webhook = (route: string) => ({
    url: `${pagerUrl}/${route}`,
    send_resolved: true,
    max_alerts: 0,
    http_config: { authorization: { type: 'Bearer', credentials: pagerToken } },
  })
  const receiver = (name: 'pager' | 'ticket', route: string) => {
    const { webhook_configs = [], ...others } = own[name] ?? {}
    return { name, webhook_configs: [webhook(route), ...webhook_configs], ...others }
  }
  return plainNumbers(
    stringify(
      {
        global: { resolve_timeout: '1m', ...own.global },
        ...(own.templates ? { templates: own.templates } : {}),
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
          // A component that is down explains its users' symptoms.
          {
            source_matchers: ['alertname="ComponentDown"', 'component=~"postgres|redis|rabbitmq"'],
            target_matchers: ['alertname="ComponentDown"', 'component!~"postgres|redis|rabbitmq"'],
          },
          { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ['journey'] },
          // Errors also cause slowness: one page for each journey.
          {
            source_matchers: ['severity="page"', 'slo="availability"'],
            target_matchers: ['slo="latency"'],
            equal: ['journey'],
          },
          { source_matchers: ['alertname="OrdersNotFulfilled"'], target_matchers: ['alertname="FulfilmentBudgetBurn"'] },
          { source_matchers: ['severity="page"'], target_matchers: ['alertname=~"Service(Errors|Latency)"'] },
        ],
        receivers: [receiver('pager', 'page'), receiver('ticket', 'ticket'), { name: 'watchdog', webhook_configs: [webhook('watchdog')] }],
      },
      { lineWidth: 0, aliasDuplicateObjects: false },
    ),
  )
}

/**
 * Removes the quotes from texts that look like numbers. Where Alertmanager expects a text, it accepts an unquoted `00042` or `12e345`; where it
 * expects a number, it accepts no quotes.
 */
function plainNumbers(text: string): string {
  const document = parseDocument(text, { schema: 'failsafe' })
  visit(document, {
    Scalar(_, scalar) {
      if (
        scalar.type?.startsWith('QUOTE') &&
        typeof scalar.value === 'string' &&
        /^[-+.\d]/.test(scalar.value) &&
        typeof parse(scalar.value) === 'number'
      )
        scalar.type = 'PLAIN'
    },
  })
  return document.toString({ lineWidth: 0 })
}
