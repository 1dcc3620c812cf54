import { gzipSync } from 'node:zlib'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { projectRoot } from '../control/paths.ts'
import { openLocalRange } from '../control/wiring.ts'
import { findChromium } from '../range/binaries.ts'
import type { LocalTarget } from '../range/targets/local/target.ts'
import { atLeast, atMost, mean, quantile, told, type Benchmark, type Row } from './benchmark.ts'
import { usageOf } from './usage.ts'

const visits = 5
const hour = 3_600_000
/** How long a dashboard is open for each measurement. */
const openMs = 30_000
const pages = [
  '/',
  '/progress',
  '/instructor',
  '/dashboards/overview?range=15m',
  '/map',
  '/traces?range=15m',
  '/logs?range=15m',
  '/explore?q=sum(rate(http_requests_total%5B30s%5D))',
  '/slos',
  '/components/orders?range=15m',
  '/alerts',
  '/mesh',
  '/runbooks',
  '/status',
]
/** Lines that are loaded, and how far the wheel scrolls in each frame, in pixels. */
const logLines = 100_000
const wheel = 2_000

/** How fast the console is: the first load, each page, a dashboard over an hour, and scrolling a hundred thousand log lines. */
export const consoleBenchmark: Benchmark = {
  name: 'console',
  title: 'first load, each page, a dashboard over an hour, and 100,000 log lines',
  async run({ state, say }) {
    const target = openLocalRange(state.dir)
    const { config } = target.context
    const base = `http://127.0.0.1:${config.portBase}`
    const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 2_000 } })
      await page.goto(`${base}/login#token=${config.tokens.instructor}`)
      await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
      await page.evaluate(() => localStorage.setItem('firedrill.tour', 'seen'))
      return [
        firstLoad(),
        ...(await eachPage(page, base, say)),
        ...(await dashboard(page, base)),
        ...(await openDashboard(page, base, target)),
        ...(await manyLines(page, base, say)),
      ]
    } finally {
      await browser.close()
    }
  },
}

function firstLoad(): Row {
  const assets = path.join(projectRoot, 'console', 'dist', 'assets')
  const html = readFileSync(path.join(projectRoot, 'console', 'dist', 'index.html'), 'utf8')
  const first = readdirSync(assets).filter((file) => html.includes(file))
  const bytes = first.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(assets, file))).length, gzipSync(html).length)
  return atMost('first load, compressed', bytes / 1_000, 'kB', 300)
}

/** Within the application, like a click: this measures fetching and rendering the data. */
const goWithin = (page: Page, address: string) =>
  page.evaluate((to) => {
    history.pushState(null, '', to)
    dispatchEvent(new PopStateEvent('popstate'))
  }, address)

async function eachPage(page: Page, base: string, say: (line: string) => void): Promise<Row[]> {
  const times: { address: string; ms: number }[] = []
  for (let visit = 0; visit < visits; visit++) {
    for (const address of pages) {
      await page.goto(`${base}/runbooks/not-there`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      const startedAt = Date.now()
      await goWithin(page, address)
      await page.waitForFunction(
        (pathname) =>
          location.pathname === pathname &&
          document.querySelector('#main h1') !== null &&
          document.querySelector('#main [aria-busy=true]') === null,
        address.split('?')[0],
      )
      times.push({ address, ms: Date.now() - startedAt })
    }
  }
  for (const address of pages) {
    const own = times.filter((time) => time.address === address).map(({ ms }) => ms)
    say(`  ${address}: median ${quantile(own, 0.5)} ms, slowest ${Math.max(...own)} ms`)
  }
  const all = times.map(({ ms }) => ms)
  return [told('pages', pages.length), atMost('a page: asked and drawn, p95', quantile(all, 0.95), 'ms', 1_000)]
}

async function dashboard(page: Page, base: string): Promise<Row[]> {
  const times: number[] = []
  for (let visit = 0; visit < visits; visit++) {
    await page.goto(base)
    await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
    const to = Date.now() - visit * 1_000
    const startedAt = Date.now()
    await goWithin(page, `/dashboards/overview?from=${to - hour}&to=${to}`)
    await page.waitForFunction(() => {
      const figures = [...document.querySelectorAll('figure')]
      return figures.length > 0 && figures.every((figure) => figure.querySelector('canvas') !== null)
    })
    times.push(Date.now() - startedAt)
  }
  return [
    told('panels of the dashboard', await page.locator('figure').count()),
    atMost('a dashboard over an hour: asked and drawn, median', quantile(times, 0.5), 'ms', 500),
  ]
}

/**
 * Prometheus's CPU while a dashboard is open: as the console queries it, and as if each graph queried its whole range each time, by changing the requests on
 * their way. Both twice, in turn.
 */
async function openDashboard(page: Page, base: string, target: LocalTarget): Promise<Row[]> {
  const cores: Record<'new' | 'whole', number[]> = { new: [], whole: [] }
  await page.goto(`${base}/dashboards/overview?range=15m`)
  await page.locator('figure canvas').first().waitFor()
  const queries = '**/api/prometheus/query_ranges'
  for (const points of ['new', 'whole', 'new', 'whole'] as const) {
    if (points === 'whole') await page.route(queries, (route) => route.continue({ postData: whole(route.request().postData() ?? '') }))
    else await page.unroute(queries)
    const usage = await usageOf(target, openMs)
    cores[points].push(usage.find(({ name }) => name === 'prometheus')?.cores ?? Number.NaN)
  }
  await page.unroute(queries)
  const [fresh, all] = [mean(cores.new), mean(cores.whole)]
  return [
    told('a dashboard over 15 minutes is open: CPU of Prometheus', fresh, 'cores'),
    told('the same, if each graph queried its whole range: CPU of Prometheus', all, 'cores'),
    atMost('the former ÷ the latter', fresh / all, '×', 1),
  ]
}

/** A batch of range queries, each of which begins 15 minutes before its end. */
function whole(batch: string): string {
  // Safe: the console has just written it.
  const { queries } = JSON.parse(batch) as { queries: { end: number }[] }
  return JSON.stringify({ queries: queries.map((query) => ({ ...query, start: query.end - 900 })) })
}

/** Loads older lines until there are enough, and scrolls over them: how long a frame takes then. */
async function manyLines(page: Page, base: string, say: (line: string) => void): Promise<Row[]> {
  const to = Date.now()
  await page.goto(`${base}/logs?from=${to - hour}&to=${to}`)
  await page.getByRole('list', { name: 'Log lines' }).waitFor()
  const more = page.getByRole('button', { name: /older lines/ })
  let lines = 0
  while (lines < logLines && (await more.count()) > 0) {
    await more.click()
    lines = await page
      .waitForFunction(
        ([least]) => {
          const told = Number(/([\d,]+) lines are shown/.exec(document.body.innerText)?.[1]?.replaceAll(',', '') ?? 'NaN')
          // At the last page there is nothing more to load.
          return Number.isNaN(told) || told > least ? { told } : null
        },
        [lines || 2_000] as const,
      )
      .then(async (handle) => (await handle.jsonValue())?.told ?? Number.NaN)
    if (Number.isNaN(lines)) throw new Error(`the range has fewer than ${logLines} lines of the last hour: measure when it is older`)
  }
  say(`  ${lines} log lines are loaded`)
  const frames = await page.evaluate(
    async ({ by }) => {
      const found: number[] = []
      let last = performance.now()
      for (let frame = 0; frame < 200; frame++) {
        window.scrollBy(0, by)
        await new Promise(requestAnimationFrame)
        found.push(performance.now() - last)
        last = performance.now()
      }
      return found
    },
    { by: wheel },
  )
  return [
    atLeast('log lines in one list', lines, '', logLines),
    atMost('a frame while they scroll, p95', quantile(frames, 0.95), 'ms', 50),
    told('the slowest frame', Math.max(...frames), 'ms'),
  ]
}
