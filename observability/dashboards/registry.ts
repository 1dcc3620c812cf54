import type { Dashboard } from '../../model/dashboard.ts'
import { timings } from '../timing.ts'
import { postgresDashboard, rabbitmqDashboard, redisDashboard } from './datastores.ts'
import { loadDashboard } from './load.ts'
import { meshDashboard } from './mesh.ts'
import { overview } from './overview.ts'
import { runtimeDashboard } from './runtime.ts'
import { serviceDashboard } from './service.ts'

/** Dashboards with placeholders: `$rate` is the window of `rate()`. */
export const dashboardTemplates: readonly Dashboard[] = [
  overview,
  serviceDashboard('gateway', { database: false, clients: true }),
  serviceDashboard('catalog', { database: true, cache: true, canary: true }),
  serviceDashboard('inventory', { database: true, canary: true }),
  serviceDashboard('orders', { database: true, clients: true, canary: true }),
  serviceDashboard('payments', { database: true, bank: true, canary: true }),
  serviceDashboard('fulfilment', { database: true, worker: true, clients: true }),
  postgresDashboard,
  redisDashboard,
  rabbitmqDashboard,
  meshDashboard,
  runtimeDashboard,
  loadDashboard,
]

/** All dashboards, with the window of `rate()` that suits the speed of the range. */
export function dashboards(profile: keyof typeof timings): Dashboard[] {
  const { rate } = timings[profile]
  return dashboardTemplates.map((dashboard) => ({
    ...dashboard,
    panels: dashboard.panels.map((panel) => ({
      ...panel,
      queries: panel.queries.map((query) => ({ ...query, expr: query.expr.replaceAll('$rate', rate) })),
    })),
  }))
}
