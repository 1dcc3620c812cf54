import { stringify } from 'yaml'
import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const file = 'checkout-probe'

/**
 * A rule that compares different units: requests a second with a number of requests. It fires whatever the shop does, and pages people for nothing.
 */
export const lyingRule = defineFault({
  id: 'lying-rule',
  title: 'A rule that lies',
  effect: 'A page tells of a trouble that nobody has',
  category: 'observability',
  params: z.object({
    severity: z.enum(['page', 'ticket']).default('page').describe('Severity of the alert'),
  }),
  plan: async () => ({ file }),
  inject: ({ range }, { severity }) =>
    range.monitoring.setExtraRules(
      file,
      stringify({
        groups: [
          {
            name: file,
            rules: [
              {
                alert: 'CheckoutTrafficLow',
                expr: `sum by (service) (rate(http_requests_total{service="gateway",route="/api/checkout"}[30s])) < 100`,
                labels: { severity, service: 'gateway' },
                annotations: {
                  summary: 'Fewer than 100 checkouts in the last half minute',
                  description: 'Nobody seems to buy any more.',
                  runbook_url: '/runbooks/checkout',
                },
              },
            ],
          },
        ],
      }),
    ),
  revert: ({ range }, undo) => range.monitoring.setExtraRules(undo.file, null),
  observe: ({ range }) => range.monitoring.extraRules(),
})
