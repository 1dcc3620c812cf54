import { z } from 'zod'
import type { Api, ApiContext } from './context.ts'

/** Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const notification = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
      startsAt: z.string(),
      fingerprint: z.string(),
    }),
  ),
})

export function pagerRoutes(app: Api, { engine, ledger }: ApiContext): void {
  const config = { access: 'service' } as const
  app.post('/api/pager/page', { config, schema: { body: notification } }, async (request) => {
    for (const { status, labels, annotations, startsAt, fingerprint } of request.body.alerts) {
      const alert = {
        fingerprint,
        name: labels['alertname'] ?? 'unnamed',
        severity: labels['severity'] ?? 'page',
        summary: annotations['summary'] ?? '',
        startsAt,
      }
      ledger.insertPage(status, alert)
      engine.pages.receive(alert, status)
    }
    return {}
  })
  /** The pager's own record, drill or no drill: what came in, and when. */
  app.get('/api/pages', { schema: { querystring: z.object({ since: z.coerce.number().int().min(0).default(0) }) } }, async (request) => ({
    pages: ledger.pages(request.query.since),
  }))
  // Tickets wait in the console; nobody is woken.
  app.post('/api/pager/ticket', { config, schema: { body: notification } }, async () => ({}))
  app.post('/api/pager/watchdog', { config, schema: { body: notification } }, async () => {
    ledger.setNote('watchdog-at', String(Date.now()))
    return {}
  })
}
