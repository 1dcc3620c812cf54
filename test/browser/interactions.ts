import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser, type Page } from 'playwright-core'
import { quantile } from '../../bench/benchmark.ts'
import { feel, visits, type Felt, type Visit } from '../../bench/visits.ts'
import { paperTokens } from '../../control/replay/paper-context.ts'
import { findChromium } from '../../range/binaries.ts'
import { PaperShop } from './paper/shop.ts'
import { summaries } from './paper/traces.ts'

/*
 * How long the console takes to show the result of a key or a click, over a simulated range and with a slower CPU: what the console itself takes, without
 * the work of a range. `--against DIR` measures another build of the console (a copy of `console/dist`) in turn, and reports the ratio.
 *
 *   node test/browser/interactions.ts --slower 4 --rounds 3 --only 'palette|find' --against /tmp/dist-before
 */
const { values: options } = parseArgs({
  options: {
    slower: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '.' },
    against: { type: 'string' },
  },
})

const only = new RegExp(options.only)

const shop = new PaperShop()
const base = await shop.open()
const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
try {
  const all = await wanted()
  const builds = [...(options.against === undefined ? [] : [options.against]), null]
  const rounds = builds.map((): Felt[][] => [])
  for (let round = 0; round < Number(options.rounds); round++)
    for (const [index, build] of builds.entries()) rounds[index]?.push(await felt(browser, build, all))
  report(rounds)
} finally {
  await browser.close()
  await shop[Symbol.asyncDispose]()
}

/** The visits of an incident with steps that are asked for. */
async function wanted(): Promise<Visit[]> {
  const { id } = await shop.served.bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody', seed: 1 })
  await shop.breaks('slow-shelves')
  const now = Date.now()
  const [trace] = summaries(shop.telemetry.incident, now - 60_000, now, 100).toSorted((a, b) => b.spans - a.spans)
  return visits(id, trace?.traceId ?? '').filter(({ steps }) => steps.some(({ name }) => only.test(name)))
}

/** @param build the folder of another build; null for this one. */
async function felt(from: Browser, build: string | null, all: readonly Visit[]): Promise<Felt[]> {
  const page = await from.newPage({ viewport: { width: 1440, height: 900 } })
  try {
    page.setDefaultTimeout(60_000)
    if (build !== null) await serve(page, build)
    await page.goto(`${base}/login#token=${paperTokens.trainee}`)
    await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
    await page.evaluate(() => localStorage.setItem('firedrill.tour', 'seen'))
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: Number(options.slower) })
    return await feel(page, base, all)
  } finally {
    await page.close()
  }
}

/** Answers requests for the console from another build. */
async function serve(page: Page, build: string): Promise<void> {
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname.startsWith('/assets/')) return route.fulfill({ path: path.join(build, pathname) })
    if (route.request().resourceType() !== 'document') return route.fallback()
    return route.fulfill({ contentType: 'text/html', body: readFileSync(path.join(build, 'index.html')) })
  })
}

/** By build and round; prints the median of the rounds' slowest for each step, and of all steps. */
function report(builds: readonly Felt[][][]): void {
  const steps = [...new Set(builds.flat(2).map(({ where }) => where))].filter((where) => only.test(where))
  const line = (name: string, of: (felt: Felt) => boolean, share: number) => {
    const found = builds.map((rounds) =>
      quantile(
        rounds.map(
          (round) =>
            quantile(
              round.filter(of).map(({ ms }) => ms),
              share,
            ) || 0,
        ),
        0.5,
      ),
    )
    const [before = Number.NaN, after] = found
    const ratio = after === undefined ? '' : `${(after / before).toFixed(2)} ×`
    console.log(name.padEnd(48), ...found.map((ms) => `${ms} ms`.padStart(9)), ratio.padStart(9))
  }
  for (const step of steps) line(step, ({ where }) => where === step, 1)
  const any = ({ where }: Felt) => steps.includes(where)
  line('p95 of all', any, 0.95)
  line('slowest of all', any, 1)
}
