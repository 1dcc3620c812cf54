import { gzipSync } from 'node:zlib'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { projectRoot } from '../control/paths.ts'
import { openLocalRange } from '../control/wiring.ts'
import { findChromium } from '../range/binaries.ts'
import { atMost, quantile, told, type Benchmark } from './benchmark.ts'

const visits = 5
const hour = 3_600_000

/** How soon the console is there: what is loaded first, and a dashboard over an hour. */
export const consoleBenchmark: Benchmark = {
  name: 'console',
  title: 'first load, and a dashboard over an hour',
  async run({ state }) {
    const assets = path.join(projectRoot, 'console', 'dist', 'assets')
    const html = readFileSync(path.join(projectRoot, 'console', 'dist', 'index.html'), 'utf8')
    const first = readdirSync(assets).filter((file) => html.includes(file))
    const bytes = first.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(assets, file))).length, gzipSync(html).length)

    const { config } = openLocalRange(state.dir).context
    const base = `http://127.0.0.1:${config.portBase}`
    const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
    const times: number[] = []
    let panels = 0
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 2_000 } })
      await page.goto(`${base}/login#token=${config.tokens.trainee}`)
      await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
      for (let visit = 0; visit < visits; visit++) {
        await page.goto(base)
        await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
        const to = Date.now() - visit * 1_000
        // Within the application, as a click does: what is measured is asking for the data and drawing them.
        const startedAt = Date.now()
        await page.evaluate(
          (address) => {
            history.pushState(null, '', address)
            dispatchEvent(new PopStateEvent('popstate'))
          },
          `/dashboards/overview?from=${to - hour}&to=${to}`,
        )
        await page.waitForFunction(() => {
          const figures = [...document.querySelectorAll('figure')]
          return figures.length > 0 && figures.every((figure) => figure.querySelector('canvas') !== null)
        })
        times.push(Date.now() - startedAt)
        panels = await page.locator('figure').count()
      }
    } finally {
      await browser.close()
    }
    return [
      atMost('first load, compressed', bytes / 1_000, 'kB', 300),
      told('panels of the dashboard', panels),
      atMost('a dashboard over an hour: asked and drawn, median', quantile(times, 0.5), 'ms', 500),
    ]
  },
}
