import type { Dashboard } from '../../model/dashboard.ts'
import { ruleGroups } from '../rules/index.ts'
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

/** All dashboards, with the window of `rate()` that suits the speed of the range. What a rule records is not computed again for each graph. */
export function dashboards(profile: keyof typeof timings): Dashboard[] {
  const { rate } = timings[profile]
  const recordings = recordingsOf(profile)
  return dashboardTemplates.map((dashboard) => ({
    ...dashboard,
    panels: dashboard.panels.map((panel) => ({
      ...panel,
      queries: panel.queries.map((query) => ({ ...query, expr: byRecordings(query.expr.replaceAll('$rate', rate), recordings) })),
    })),
  }))
}

/** Recording rules whose expression is one call or aggregation, so that it can be replaced wherever it is part of another. */
function recordingsOf(profile: keyof typeof timings): [expr: string, read: string][] {
  const { rate } = timings[profile]
  return ruleGroups(timings[profile]).flatMap(({ rules }) =>
    rules.flatMap((rule): [string, string][] => {
      if (!('record' in rule) || !/^\w+( by)? ?\(/.test(rule.expr) || !rule.expr.endsWith(')')) return []
      const labels = Object.entries(rule.labels ?? {}).map(([name, value]) => `${name}="${value}"`)
      const series = `${rule.record}${labels.length > 0 ? `{${labels.join(',')}}` : ''}`
      // A bare selector would draw the last value for five minutes after Prometheus has stopped.
      return [[rule.expr, `last_over_time(${series}[${rate}])`]]
    }),
  )
}

const byRecordings = (expr: string, recordings: readonly [expr: string, read: string][]): string =>
  recordings.reduce((changed, [recorded, read]) => changed.replaceAll(recorded, read), expr)
