import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { stringify } from 'yaml'
import { ownReceivers, renderAlertmanager } from '../alertmanager/config.ts'
import { dashboards } from '../dashboards/registry.ts'
import { renderPrometheus } from '../scrape.ts'
import { timings } from '../timing.ts'
import { renderRules, ruleGroups } from './index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'firedrill-rules-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const write = (name: string, content: string) => {
  writeFileSync(path.join(folder, name), content)
  return path.join(folder, name)
}

for (const profile of ['drill', 'production'] as const) {
  test(`promtool and amtool accept what the ${profile} profile renders`, () => {
    const timing = timings[profile]
    execFileSync('promtool', ['check', 'rules', write('rules.yml', renderRules(timing, 'http://console'))])
    execFileSync('promtool', [
      'check',
      'config',
      write(
        'prometheus.yml',
        renderPrometheus({
          timing,
          targets: [
            { component: 'gateway', address: 'localhost:1', path: '/metrics', tier: 'shop', service: 'gateway' },
            { component: 'canary', address: null, path: '/metrics', tier: 'shop' },
          ],
          alertmanager: 'localhost:2',
        }),
      ),
    ])
    execFileSync('amtool', [
      'check-config',
      write('alertmanager.yml', renderAlertmanager({ timing, pagerUrl: 'http://pager', pagerToken: 't' })),
    ])
  })
}

test("amtool accepts a team's own receivers beside ours", () => {
  const own = ownReceivers.parse({
    global: { smtp_smarthost: 'mail:25', smtp_from: 'firedrill@example.org' },
    pager: {
      slack_configs: [{ api_url: 'http://slack.example', channel: '#on-call' }],
      pagerduty_configs: [{ routing_key: 'k' }],
      webhook_configs: [{ url: 'http://hook.example' }],
    },
    ticket: { email_configs: [{ to: 'team@example.org' }] },
  })
  const text = renderAlertmanager({ timing: timings.drill, pagerUrl: 'http://pager', pagerToken: 't', own })
  const out = execFileSync('amtool', ['check-config', write('own.yml', text)], { encoding: 'utf8' })
  assert.match(out, /3 receivers/)
  assert.match(text, /http:\/\/pager\/page[\s\S]*http:\/\/hook\.example/)
  assert.throws(() => ownReceivers.parse({ pager: { slack: [] } }), /slack_configs/)
})

test('every alert has what a responder needs, and an existing runbook', () => {
  for (const rule of ruleGroups(timings.drill).flatMap((group) => group.rules)) {
    if (!('alert' in rule)) continue
    assert.ok(rule.annotations.summary && rule.annotations.description, rule.alert)
    const page = path.join(import.meta.dirname, '..', '..', 'docs', `${rule.annotations.runbook_url}.md`)
    assert.ok(existsSync(page), `${rule.alert} links to ${rule.annotations.runbook_url}`)
  }
})

test('burn-rate alerts fire on a burning budget, and not on a single error with little history', () => {
  write('rules.yml', renderRules(timings.drill, 'http://console'))
  const series = (good: string, error: string) => [
    { series: 'journey_events_total{journey="checkout",outcome="good",service="gateway"}', values: good },
    { series: 'journey_events_total{journey="checkout",outcome="slow",service="gateway"}', values: '0x120' },
    { series: 'journey_events_total{journey="checkout",outcome="error",service="gateway"}', values: error },
  ]
  const firing = (exp_labels: object[]) => exp_labels
  const labels = { severity: 'page', service: 'gateway', journey: 'checkout', slo: 'availability' }
  const alertAt = (eval_time: string, expected: boolean) => ({
    eval_time,
    alertname: 'CheckoutErrorBudgetBurn',
    exp_alerts: expected ? firing([{ exp_labels: labels }]) : [],
  })
  const file = write(
    'test.yml',
    stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '1s',
      tests: [
        // A minute without errors, then every checkout fails: two a second.
        {
          name: 'burning',
          interval: '1s',
          input_series: series('0+2x60 120x60', '0x60 0+2x60'),
          promql_expr_test: [
            {
              expr: 'count(ALERTS{alertname="CheckoutErrorBudgetBurn",alertstate="firing"})',
              eval_time: '72s',
              exp_samples: [{ labels: '{}', value: 1 }],
            },
          ],
        },
        // The first second of a new range: one failure, and nothing else yet.
        {
          name: 'young',
          interval: '1s',
          input_series: series('0 0 0 1+1x60', '0 0 1x60'),
          alert_rule_test: [alertAt('3s', false), alertAt('6s', false), alertAt('40s', false)],
        },
        { name: 'well', interval: '1s', input_series: series('0+2x120', '0x120'), alert_rule_test: [alertAt('100s', false)] },
      ],
    }),
  )
  execFileSync('promtool', ['test', 'rules', file], { stdio: ['ignore', 'pipe', 'inherit'] })
})

test('missing products page, by refused orders and by pages that are not found', () => {
  write('rules.yml', renderRules(timings.drill, 'http://console'))
  const reservations = (outcome: string, values: string) => ({ series: `inventory_reservations_total{outcome="${outcome}"}`, values })
  const pages = (status: string, values: string) => ({
    series: `http_requests_total{service="catalog",method="GET",route="/products/:sku",status="${status}"}`,
    values,
  })
  const firing = (alert: string, value: number | null) => ({
    expr: `count(ALERTS{alertname="${alert}",alertstate="firing"})`,
    eval_time: '50s',
    exp_samples: value === null ? [] : [{ labels: '{}', value }],
  })
  const shares = { healthy: ['0+10x60', '0x60', null], rare: ['0+10x60', '0+1x60', null], many: ['0+10x60', '0+2x60', 1] } as const
  const tests = Object.entries(shares).map(([name, [good, bad, value]]) => ({
    name,
    interval: '1s',
    input_series: [reservations('held', good), reservations('sold-out', bad), pages('2xx', good), pages('4xx', bad)],
    promql_expr_test: [firing('ProductsSoldOut', value), firing('ProductsNotFound', value)],
  }))
  // A share of nothing is no value.
  tests.push({
    name: 'nobody buys',
    interval: '1s',
    input_series: [reservations('held', '0x60'), reservations('sold-out', '0x60')],
    promql_expr_test: [firing('ProductsSoldOut', null), firing('ProductsNotFound', null)],
  })
  const file = write('test.yml', stringify({ rule_files: ['rules.yml'], evaluation_interval: '1s', tests }))
  execFileSync('promtool', ['test', 'rules', file], { stdio: ['ignore', 'pipe', 'inherit'] })
})

test('a blocked control plane opens a ticket, and pages nobody', () => {
  const rules = ruleGroups(timings.drill).flatMap((group) => group.rules)
  const severities = rules.flatMap((rule) => ('alert' in rule && rule.alert === 'ControlPlaneBlocked' ? [rule.labels['severity']] : []))
  assert.deepEqual(severities, ['ticket'])
  write('rules.yml', renderRules(timings.drill, 'http://console'))
  const firing = (eval_time: string, value: number | null) => ({
    expr: 'count(ALERTS{alertname="ControlPlaneBlocked",alertstate="firing"})',
    eval_time,
    exp_samples: value === null ? [] : [{ labels: '{}', value }],
  })
  const series = (component: string, values: string) => [
    { series: `nodejs_eventloop_lag_p99_seconds{component="${component}",tier="platform"}`, values },
  ]
  const file = write(
    'blocked.yml',
    stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '1s',
      tests: [
        {
          name: 'blocked',
          interval: '1s',
          input_series: series('control', '0.06x30 2x30 0.06x30'),
          promql_expr_test: [firing('30s', null), firing('50s', 1), firing('80s', null)],
        },
        { name: 'another', interval: '1s', input_series: series('telemetry-store', '2x60'), promql_expr_test: [firing('50s', null)] },
        { name: 'once', interval: '1s', input_series: series('control', '0.06x30 2x3 0.06x30'), promql_expr_test: [firing('45s', null)] },
      ],
    }),
  )
  execFileSync('promtool', ['test', 'rules', file], { stdio: ['ignore', 'pipe', 'inherit'] })
})

test('every panel is valid PromQL', () => {
  const expressions = dashboards('drill').flatMap((dashboard) =>
    dashboard.panels.flatMap((panel) => panel.queries.map((query) => query.expr)),
  )
  const rules = expressions.map((expr, index) => ({ record: `panel_${index}`, expr }))
  execFileSync('promtool', ['check', 'rules', write('panels.yml', stringify({ groups: [{ name: 'panels', rules }] }))])
})

test('every runbook can be read', () => {
  const folderOfRunbooks = path.join(import.meta.dirname, '..', '..', 'docs', 'runbooks')
  assert.ok(readdirSync(folderOfRunbooks).length >= 10)
})
