import { chromium, type Page } from 'playwright-core'
import { startWhenSteady } from '../model/start-when-steady.ts'
import { until } from '../model/until.ts'
import { findChromium } from '../range/binaries.ts'
import { atMost, atRest, quantile, told, type Benchmark, type BenchContext } from './benchmark.ts'

const scenario = process.env['BENCH_INTERACTIONS'] ?? 'slow-shelves'

/** One interaction: total time, and of that before its handler began, in the handler, and from there to the paint; in milliseconds. */
interface Felt {
  page: string
  event: string
  ms: number
  waited: number
  handled: number
  painted: number
}

/** The interactions on each page, by its address; as an engineer would, with keys and clicks. */
const visits = (drill: string, trace: string): Record<string, (page: Page) => Promise<void>> => ({
  [`/drills/${drill}`]: async (page) => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('redis', { delay: 60 })
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Find an action' }).pressSequentially('restart', { delay: 60 })
    await page
      .getByRole('button', { name: /^Enlarge / })
      .first()
      .click()
    await page
      .getByRole('button', { name: /^Show .* small$/ })
      .first()
      .click()
    await page.getByRole('region', { name: 'Timeline' }).getByRole('textbox').first().pressSequentially('it began at', { delay: 60 })
  },
  '/dashboards/overview?range=15m': async (page) => {
    await page.getByRole('combobox', { name: 'Time range' }).selectOption('5m')
    await page
      .getByRole('button', { name: /^Enlarge / })
      .nth(1)
      .click()
    await page
      .getByRole('button', { name: /^Show .* small$/ })
      .first()
      .click()
  },
  '/map': async (page) => {
    const moment = page.getByRole('slider', { name: 'Moment' })
    await moment.focus()
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowLeft')
  },
  '/traces?range=15m': async (page) => {
    await page.getByRole('list', { name: 'Traces' }).getByRole('link').first().hover()
    await page.getByRole('combobox', { name: 'Service' }).selectOption('inventory')
    await page.getByRole('region', { name: 'By route' }).getByRole('button').first().click()
  },
  [`/traces/${trace}`]: async (page) => {
    const spans = page.getByRole('list', { name: 'Spans' })
    await spans.getByRole('button').first().click()
    for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowDown')
  },
  '/logs?range=15m': async (page) => {
    await page.getByRole('list', { name: 'Log lines' }).getByRole('listitem').nth(1).click()
    await page.getByRole('searchbox', { name: 'Words' }).pressSequentially('timeout', { delay: 60 })
  },
  '/explore?q=sum%20by%20(service)%20(rate(http_requests_total%5B30s%5D))': async (page) => {
    await page.getByRole('button', { name: 'Why is this high?' }).click()
    await page.getByRole('region', { name: 'By label' }).waitFor()
  },
})

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
      await page.addInitScript(watchEvents)
      await page.goto(`${base}/login#token=${config.tokens.trainee}`)
      await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
      await page.evaluate(() => localStorage.setItem('firedrill.tour', 'seen'))
      const felt: Felt[] = []
      for (const [address, act] of Object.entries(visits(drill.id, await slowestTrace(context)))) {
        await page.goto(`${base}${address}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        await act(page)
        const name = address.split(/[?]/)[0]?.replace(/[0-9a-f-]{32,}/, '…') ?? address
        const found = await page.evaluate(() => (window as unknown as { felt: Omit<Felt, 'page'>[] }).felt)
        felt.push(...found.map((one) => ({ ...one, page: name })))
        const [worst] = found.toSorted((a, b) => b.ms - a.ms)
        const parts = worst && ` (${worst.event}: waited ${worst.waited}, handled ${worst.handled}, painted ${worst.painted})`
        say(`  ${name}: ${found.length} events, slowest ${worst?.ms ?? 0} ms${parts ?? ''}`)
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
        atMost(`slowest (${slowest?.event} on ${slowest?.page})`, slowest?.ms ?? 0, 'ms', 200),
      ]
    } finally {
      await browser.close()
      await client.post('/api/drills/:id/abort', { id: drill.id })
    }
  },
}

/** Runs in the page. */
function watchEvents(): void {
  const felt: Omit<Felt, 'page'>[] = []
  ;(window as unknown as { felt: typeof felt }).felt = felt
  new PerformanceObserver((list) => {
    for (const {
      name,
      startTime,
      processingStart,
      processingEnd,
      duration,
      interactionId,
    } of list.getEntries() as PerformanceEventTiming[]) {
      if (!interactionId) continue
      const [waited, handled] = [Math.round(processingStart - startTime), Math.round(processingEnd - processingStart)]
      felt.push({ event: name, ms: duration, waited, handled, painted: Math.round(duration - waited - handled) })
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
}

async function slowestTrace({ client }: BenchContext): Promise<string> {
  const query = new URLSearchParams({ from: String(Date.now() - 60_000), to: String(Date.now()), limit: '100', minDurationMs: '500' })
  const { traces } = await client.get('/api/telemetry/traces', { query })
  const slowest = traces.toSorted((a, b) => b.spans - a.spans)[0]
  if (!slowest) throw new Error('no trace of the last minute took half a second')
  return slowest.traceId
}
