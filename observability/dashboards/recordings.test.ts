import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { stringify } from 'yaml'
import { goldenSignalRules } from '../rules/golden-signals.ts'
import { timings } from '../timing.ts'
import { dashboards, dashboardTemplates } from './registry.ts'

const dir = mkdtempSync(path.join(os.tmpdir(), 'recordings-'))
after(() => rmSync(dir, { recursive: true }))

/** Each query of the overview as it is written, and as the console draws it. */
const [written = [], drawn = []] = [dashboardTemplates, dashboards('drill')].map((all) =>
  (all.find(({ id }) => id === 'overview')?.panels ?? []).flatMap(({ queries }) =>
    queries.map(({ expr }) => expr.replaceAll('$rate', timings.drill.rate)),
  ),
)
const changed = written.flatMap((raw, index) => (drawn[index] === raw ? [] : [{ raw, recorded: drawn[index] ?? '' }]))

test('golden signals read what rules record, and no buckets', () => {
  assert.equal(changed.length, 8)
  assert.equal(changed[0]?.recorded, 'last_over_time(browse:latency_seconds:p50{service="gateway"}[10s])')
  assert.deepEqual(
    drawn.filter((expr) => expr.includes('_bucket')),
    [],
  )
})

test('they show the same values as without recordings: at rest, in a peak, without requests, and after the service is gone', () => {
  writeFileSync(path.join(dir, 'rules.yml'), stringify({ groups: goldenSignalRules(timings.drill) }))
  // 82 s with ten requests a second, which are more and slow, or fail, for 12 s of it; 30 s without any.
  const counted = (calm: number, peak: number) =>
    `0+${calm}x40 ${calm * 40}+${peak}x12 ${calm * 40 + peak * 12}+${calm}x30 ${calm * 70 + peak * 12}x30 _x30`
  const bucket = (le: string, calm: number, peak: number) => ({
    series: `http_request_duration_seconds_bucket{service="gateway",method="GET",route="/api/products",le="${le}"}`,
    values: counted(calm, peak),
  })
  const requests = (status: string, calm: number, peak: number) => ({
    series: `http_requests_total{service="gateway",method="GET",route="/api/products",status="${status}"}`,
    values: counted(calm, peak),
  })
  // Up to 10 s, the window, after the last sample, the recordings still have a value and the others do not.
  const moments = [5, 35, 41, 45, 52, 58, 63, 80, 90, 100, 110, 135]
  const difference = (raw: string, recorded: string) => {
    // Either side without the other, or another value. NaN, a percentile of nothing, is no value.
    const [a, b] = [`((${raw}) >= 0)`, `((${recorded}) >= 0)`]
    const on = 'on (service)'
    const without = (expr: string) => (/by \(le\)/.test(raw) ? `sum(${expr})` : `sum by (service) (${expr})`)
    return `(${without(a)} unless ${on} ${without(b)}) or (${without(b)} unless ${on} ${without(a)}) or (abs(${without(a)} - ${on} ${without(b)}) > 1e-9)`
  }
  writeFileSync(
    path.join(dir, 'test.yml'),
    stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '1s',
      tests: [
        {
          interval: '1s',
          input_series: [bucket('0.1', 10, 0), bucket('1', 10, 8), bucket('+Inf', 10, 10), requests('2xx', 10, 4), requests('5xx', 0, 6)],
          promql_expr_test: [
            ...changed.flatMap(({ raw, recorded }) =>
              moments.map((at) => ({ expr: difference(raw, recorded), eval_time: `${at}s`, exp_samples: [] })),
            ),
            // The comparison compares something: the peak is in it.
            {
              expr: 'last_over_time(service:errors:rate[10s]) > bool 5',
              eval_time: '52s',
              exp_samples: [{ labels: '{service="gateway"}', value: 1 }],
            },
          ],
        },
      ],
    }),
  )
  execFileSync('promtool', ['test', 'rules', path.join(dir, 'test.yml')], { stdio: ['ignore', 'pipe', 'inherit'] })
})
