import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../model/until.ts'
import { ruleGroups } from '../observability/rules/index.ts'
import type { AlertingRule, RuleGroup } from '../observability/rules/rule.ts'
import { seconds, timings, type Timing } from '../observability/timing.ts'
import { atMost, atRest, mean, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'
import { seriesIn } from '../model/series.ts'

const injections = [
  ['process-kill', { component: 'payments' }],
  ['process-hang', { component: 'inventory' }],
  ['postgres-lock', { table: 'inventory.stock' }],
  ['slow-bank', { latencyMs: 2_500 }],
  ['bad-release', { service: 'inventory', version: '1.5.0' }],
] as const
const rounds = 4
/** Finer than any interval of the profile. */
const stepSeconds = 0.1

/**
 * How soon a fault pages, compared with the theoretical minimum: the next scrape, the next evaluation, `for`, and the group wait, for the first of
 * all paging alerts whose condition is true in Prometheus's data.
 */
export const pageBenchmark: Benchmark = {
  name: 'page',
  title: 'from a fault to its page, at random phase',
  async run(context) {
    const { client, say, state } = context
    const timing = timings[state.config().profile]
    const took: number[] = []
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      for (const [fault, params] of injections) {
        await atRest(context)
        await delay(Math.random() * 5_000)
        const asked = Date.now()
        const record = client.post('/api/faults/:id', { id: fault, body: { params, forMs: 120_000 } })
        const { page, plannedAt } = await pageOf(context, fault, asked, record)
        const bound = await earliestPage(context, timing, plannedAt, page.at)
        const [actual, possible] = [(page.at - plannedAt) / 1_000, (bound - plannedAt) / 1_000]
        took.push(actual)
        ratios.push(actual / possible)
        say(`  ${fault}: ${page.alert.name} after ${actual.toFixed(1)} s, bound ${possible.toFixed(1)} s`)
      }
    }
    await atRest(context)
    return [
      told('injections', took.length),
      atMost('fault → page ÷ bound, median', quantile(ratios, 0.5), '×', 1.15),
      atMost('fault → page ÷ bound, p95', quantile(ratios, 0.95), '×', 1.5),
      atMost('fault → page, mean', mean(took), 's', 15),
      told('fault → page, p95', quantile(took, 0.95), 's'),
    ]
  },
}

/** Waits for the page of a fault, and reverts the fault. */
async function pageOf({ client }: BenchContext, fault: string, since: number, injected: Promise<{ instance: string; plannedAt: number }>) {
  try {
    const page = await until(`the page of ${fault}`, 60_000, async () => {
      const { pages } = await client.get('/api/pages', { query: { since } })
      return pages.find((known) => known.status === 'firing')
    })
    return { page, plannedAt: (await injected).plannedAt }
  } finally {
    await client.delete('/api/faults/:instance', { instance: (await injected).instance })
  }
}

/** When the first page could have come, in milliseconds since the epoch, from the samples in Prometheus. */
async function earliestPage(context: BenchContext, timing: Timing, from: number, to: number): Promise<number> {
  const groups = ruleGroups(timing)
  const bounds = await Promise.all(
    groups.flatMap((group) =>
      group.rules.flatMap((rule) =>
        'alert' in rule && rule.labels.severity === 'page' ? [firesAt(context, timing, groups, rule, from, to)] : [],
      ),
    ),
  )
  return Math.min(...bounds) + seconds(timing.groupWait) * 1_000
}

/** When a rule would fire if it were evaluated at the first chance: its condition, evaluated in steps far finer than the evaluation's. */
async function firesAt(
  { client }: BenchContext,
  timing: Timing,
  groups: readonly RuleGroup[],
  rule: AlertingRule,
  from: number,
  to: number,
): Promise<number> {
  const tick = await evaluationPhase(client, rule, timing, to)
  const query = new URLSearchParams({
    query: withoutRecordings(rule.expr, groups),
    start: String(from / 1_000),
    end: String(to / 1_000),
    step: String(stepSeconds),
  })
  const { data } = await client.get('/api/prometheus/query_range', { query })
  const holdMs = rule.for === undefined ? 0 : seconds(rule.for) * 1_000
  const everyMs = timing.evaluationSeconds * 1_000
  const fires = (data?.result ?? []).map(({ values }) => {
    const holds = new Set(values.map(([at]) => Math.round((at * 1_000 - from) / (stepSeconds * 1_000))))
    let since: number | null = null
    for (let at = from + ((((tick - from) % everyMs) + everyMs) % everyMs); at <= to; at += everyMs) {
      // The step before the evaluation: the data that it can have used.
      if (!holds.has(Math.floor((at - from) / (stepSeconds * 1_000)))) since = null
      else if (at - (since ??= at) >= holdMs) return at
    }
    return Number.POSITIVE_INFINITY
  })
  return Math.min(Number.POSITIVE_INFINITY, ...fires)
}

/** A moment at which the rule's group was evaluated, in milliseconds since the epoch: from the samples that it wrote. */
async function evaluationPhase(client: BenchContext['client'], rule: AlertingRule, timing: Timing, to: number): Promise<number> {
  const query = new URLSearchParams({
    query: `ALERTS{alertname="${rule.alert}"}[${timing.evaluationSeconds * 30}s]`,
    time: String(to / 1_000 + 2),
  })
  const { data } = await client.get('/api/prometheus/query', { query })
  // Safe: this is a range query, whose answer has values.
  const [series] = seriesIn(data) as unknown as { values: [number, string][] }[]
  const at = series?.values.at(-1)?.[0]
  // A rule without samples did not fire; its phase does not matter.
  return at === undefined ? to : at * 1_000
}

/** The condition over raw samples: recorded series replaced by what they are recorded from. */
function withoutRecordings(expr: string, groups: readonly RuleGroup[]): string {
  const recorded = new Map(
    groups.flatMap((group) => group.rules.flatMap((rule) => ('record' in rule ? [[rule.record, rule.expr] as const] : []))),
  )
  return expr.replace(/[a-zA-Z_]+(?::\w+)+/g, (name) => {
    const source = recorded.get(name)
    return source === undefined ? name : `(${withoutRecordings(source, groups)})`
  })
}
