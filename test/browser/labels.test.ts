import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { projectRoot } from '../../control/paths.ts'
import { scenarios } from '../../control/replay/engine-bench.ts'
import { chosen } from '../seed.ts'
import { PaperBrowser, skip } from './paper/browser.ts'
import { loaded, onEachScreen } from './readable.ts'

/** How many are played in the suite; `FIREDRILL_SCENARIOS` is `all` for every one that has a recording, or ids with commas between. */
const played = 3

const paper = new PaperBrowser()

async function readableIn(page: Page, address: string, what: string): Promise<void> {
  await page.goto(`${paper.base}${address}`)
  await loaded(page)
  await onEachScreen(page, what, async () => {
    // Graphs are redrawn with their new width, with their labels; a label that does not fit then never will.
    await page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, null, { timeout: 5_000 }).catch(() => {})
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  })
}

test('in recorded incidents no label overlaps another or is cut off, from the first page to the debrief', { skip }, async (context) => {
  const recorded = readdirSync(path.join(projectRoot, 'bench', 'recordings'))
    .map((file) => file.replace(/\.json$/, ''))
    .filter((id) => scenarios.has(id))
  assert.ok(recorded.length >= 70)
  const page = await paper.open({ viewport: { width: 1440, height: 900 }, seenTour: true })
  const wanted = process.env['FIREDRILL_SCENARIOS']
  const ids = wanted === 'all' ? recorded : (wanted?.split(',') ?? chosen(recorded, played))
  for (const id of ids)
    await context.test(id, async () => {
      const drill = await paper.shop.plays(id, async (running) => {
        await readableIn(page, `/drills/${running}`, `the room of ${id}`)
        await readableIn(page, '/map', `the map of ${id}`)
        await readableIn(page, '/dashboards/overview?range=5m', `the dashboard of ${id}`)
      })
      await readableIn(page, `/drills/${drill}/debrief`, `the debrief of ${id}`)
    })
  await page.context().close()
})
