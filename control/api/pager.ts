import type { Api, ApiContext } from './context.ts'
import { serve } from './serve.ts'

/** What Alertmanager posts, with the token of services: pages, tickets and its watchdog. Trainees read the pages of the drill. */
export function pagerRoutes(app: Api, { engine, ledger }: ApiContext): void {
  const config = { access: 'service' } as const
  serve(app, 'POST /api/pager/page', config, async (request) => {
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
  /** The pager's own record, in and out of drills: what arrived, and when. */
  serve(app, 'GET /api/pages', async (request) => ({
    pages: ledger.pages(request.query.since),
  }))
  // Tickets wait in the console and page nobody.
  serve(app, 'POST /api/pager/ticket', config, async () => ({}))
  serve(app, 'POST /api/pager/watchdog', config, async () => {
    ledger.setNote('watchdog-at', String(Date.now()))
    return {}
  })
}
