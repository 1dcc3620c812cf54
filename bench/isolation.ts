import { setTimeout as delay } from 'node:timers/promises'
import { timings } from '../observability/timing.ts'
import { atLeast, atMost, atRest, quantile, told, type BenchContext, type Benchmark, type Row } from './benchmark.ts'
import { seriesIn } from '../model/series.ts'
import { until } from '../model/until.ts'

/** Page views a second in addition to the users: several times what the shop can serve on the remaining CPU. */
const overload = 900
const threads = 4
const calmSeconds = 20
const stressSeconds = 40
const fault = { id: 'process-kill', component: 'payments' } as const

interface Phase {
  /** Successful scrapes of the shop ÷ scrapes that were due. */
  scrapes: number
  /** Age of the last evaluation of the rules, 95th percentile, in seconds. */
  ruleAge: number
  /** From a fault to its page, in seconds. */
  page: number
  /** Answer of the console's own API, 95th percentile, in milliseconds. */
  consoleMs: number
}

/**
 * What happens to the monitoring when the shop's host has no CPU left and three times the load that it can serve: on the running range, on one host
 * or on two. The comparison of both is the lesson.
 */
export const isolationBenchmark: Benchmark = {
  name: 'isolation',
  title: `the monitor, while a job takes the shop's CPU and ${overload} page views a second are asked for`,
  async run(context) {
    const { client, say, state } = context
    const apart = state.config().placement.role === 'observability'
    await atRest(context)
    say('calm')
    const calm = await phase(context, calmSeconds)
    await atRest(context)
    say('the same without CPU')
    const mix = await client.get('/api/load/mix')
    const burn = await client.post('/api/faults/:id', { id: 'cpu-burn', body: { params: { threads }, forMs: 300_000 } })
    let stressed: Phase
    try {
      await client.put('/api/load/mix', { body: { ...mix, rate: overload } })
      stressed = await phase(context, stressSeconds)
    } finally {
      await client.put('/api/load/mix', { body: mix })
      await client.delete('/api/faults/:instance', { instance: burn.instance })
    }
    await atRest(context)
    const ratio = stressed.page / calm.page
    const rows: Row[] = [
      told('the range is on', apart ? 'two hosts' : 'one host'),
      told('scrapes of the shop, calm', 100 * calm.scrapes, '%'),
      apart
        ? atLeast('scrapes of the shop, without CPU', 100 * stressed.scrapes, '%', 99)
        : told('scrapes of the shop, without CPU', 100 * stressed.scrapes, '%'),
      told('age of the last evaluation of rules, p95, calm', calm.ruleAge, 's'),
      told('age of the last evaluation of rules, p95, without CPU', stressed.ruleAge, 's'),
      told('fault → page, calm', calm.page, 's'),
      told('fault → page, without CPU', stressed.page, 's'),
      apart ? atMost('fault → page, without CPU ÷ calm', ratio, '×', 1.3) : told('fault → page, without CPU ÷ calm', ratio, '×'),
      told('console, p95, calm', calm.consoleMs, 'ms'),
      told('console, p95, without CPU', stressed.consoleMs, 'ms'),
    ]
    return rows
  },
}

async function phase({ client, state }: BenchContext, seconds: number): Promise<Phase> {
  const { scrapeSeconds } = timings[state.config().profile]
  const value = async (query: string): Promise<number> => {
    const { data } = await client.get('/api/prometheus/query', { query: { query } })
    return Number(seriesIn(data)[0]?.value[1] ?? Number.NaN)
  }
  const ages: number[] = []
  const answers: number[] = []
  const endAt = Date.now() + seconds * 1_000
  while (Date.now() < endAt) {
    const startedAt = performance.now()
    await client.get('/api/range')
    answers.push(performance.now() - startedAt)
    ages.push(await value(`time() - min(prometheus_rule_group_last_evaluation_timestamp_seconds{rule_group=~".*;(causes|slo)"})`))
    await delay(250)
  }
  const due = (seconds * (await value('count(up{tier="shop"})'))) / scrapeSeconds
  const scrapes = (await value(`sum(sum_over_time(up{tier="shop"}[${seconds}s]))`)) / due
  const since = Date.now()
  const { instance } = await client.post('/api/faults/:id', {
    id: fault.id,
    body: {
      params: { component: fault.component },
      forMs: 120_000,
    },
  })
  const injectedAt = Date.now()
  try {
    const page = await until('the page', 100_000, async () => {
      const { pages } = await client.get('/api/pages', { query: { since } })
      return pages.find(
        ({ status, alert }) => status === 'firing' && alert.name === 'ComponentDown' && alert.summary.startsWith(fault.component),
      )
    })
    return { scrapes, ruleAge: quantile(ages, 0.95), page: (page.at - injectedAt) / 1_000, consoleMs: quantile(answers, 0.95) }
  } finally {
    await client.delete('/api/faults/:instance', { instance })
  }
}
