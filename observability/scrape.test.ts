import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { dashboards } from './dashboards/registry.ts'
import { ruleGroups } from './rules/index.ts'
import { renderPrometheus } from './scrape.ts'
import { timings } from './timing.ts'

const target = { component: 'rabbitmq', address: '127.0.0.1:15692', path: '/metrics', tier: 'shop' } as const
const rendered = z.object({
  scrape_configs: z.array(z.object({ metric_relabel_configs: z.array(z.object({ regex: z.string(), action: z.string().optional() })) })),
})
const [job] = rendered.parse(
  parse(renderPrometheus({ timing: timings.drill, targets: [target], alertmanager: '127.0.0.1:9093' })),
).scrape_configs
const drops = (job?.metric_relabel_configs ?? []).filter(({ action }) => action === 'drop').map(({ regex }) => new RegExp(`^(?:${regex})$`))
const isDropped = (name: string) => drops.some((regex) => regex.test(name))

test('the metrics that dashboards and rules read are kept', () => {
  const panels = dashboards('drill').flatMap((dashboard) => dashboard.panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)))
  const rules = ruleGroups(timings.drill).flatMap((group) => group.rules.map(({ expr }) => expr))
  assert.ok(panels.length > 50 && rules.length > 20)
  for (const expr of [...panels, ...rules])
    for (const [name] of expr.matchAll(/[a-z_][a-z0-9_]+/g)) assert.ok(!isDropped(name), `${name} in ${expr}`)
})

test('metrics with a series for each connection to the broker, and unused ones, are dropped', () => {
  for (const name of ['rabbitmq_connection_incoming_bytes_total', 'go_goroutines', 'prometheus_sd_refresh_duration_seconds'])
    assert.ok(isDropped(name), name)
  for (const name of ['rabbitmq_connections', 'rabbitmq_queue_messages_ready', 'up']) assert.ok(!isDropped(name), name)
})
