import { chromium } from 'playwright-core'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { until } from '../model/until.ts'
import { findChromium } from '../range/binaries.ts'
import { atMost, atRest, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'
import { feel, visits } from './visits.ts'

const scenario = process.env['BENCH_INTERACTIONS'] ?? 'slow-shelves'

/**
 * How long the console takes to show the result of a key or a click, at the worst moment of an incident: from the event to the next paint, by the
 * browser's Event Timing (https://www.w3.org/TR/event-timing), in steps of 8 ms.
 */
export const interactionsBenchmark: Benchmark = {
  name: 'interactions',
  title: `from a key or a click to the next paint, during ${scenario}`,
  async run(context) {
    const { client, state, say } = context
    await atRest(context)
    const drill = await startWhenSteady(client, { scenario, mode: 'rehearsal', trainee: 'bench' }, 60_000)
    const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
    try {
      await until('the page', 120_000, async () => {
        const { events } = await client.get('/api/drills/:id', { id: drill.id })
        return events.some(({ type }) => type === 'page-received')
      })
      const config = state.config()
      const base = `http://127.0.0.1:${config.portBase}`
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.goto(`${base}/login#token=${config.tokens.trainee}`)
      await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
      await page.evaluate(() => localStorage.setItem('firedrill.tour', 'seen'))
      const felt = await feel(page, base, visits(drill.id, await slowestTrace(context)))
      for (const [where, own] of Map.groupBy(felt, (one) => one.where)) {
        const [worst] = own.toSorted((a, b) => b.ms - a.ms)
        if (worst)
          say(
            `  ${where}: slowest ${worst.ms} ms (${worst.event}: waited ${worst.waited}, handled ${worst.handled}, painted ${worst.painted})`,
          )
      }
      const slowest = felt.toSorted((a, b) => b.ms - a.ms)[0]
      return [
        told('interactions that took 16 ms or more', felt.length),
        told(
          'p95',
          quantile(
            felt.map(({ ms }) => ms),
            0.95,
          ),
          'ms',
        ),
        atMost(`slowest (${slowest?.event}, ${slowest?.where})`, slowest?.ms ?? 0, 'ms', 200),
      ]
    } finally {
      await browser.close()
      await client.post('/api/drills/:id/abort', { id: drill.id })
    }
  },
}

async function slowestTrace({ client }: BenchContext): Promise<string> {
  const query = new URLSearchParams({ from: String(Date.now() - 60_000), to: String(Date.now()), limit: '100', minDurationMs: '500' })
  const { traces } = await client.get('/api/telemetry/traces', { query })
  const slowest = traces.toSorted((a, b) => b.spans - a.spans)[0]
  if (!slowest) throw new Error('no trace of the last minute took half a second')
  return slowest.traceId
}
