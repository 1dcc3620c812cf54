import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { paperTokens } from '../../control/replay/paper-context.ts'
import { PaperBrowser, skip } from './paper/browser.ts'
import { hugeTrace } from './paper/traces.ts'
import { labelsApart, loaded, noSeriousViolations, noSidewaysScroll } from './readable.ts'

/** The real console and control plane over a range on paper: every page, and whole drills, in seconds. */
const paper = new PaperBrowser()
const open = ({ width = 1440, height = 900, role = 'trainee' as keyof typeof paperTokens } = {}) =>
  paper.open({ viewport: { width, height }, role, seenTour: true })

const started = async (): Promise<string> => {
  const { engine } = paper.shop.served.bench
  const running = engine.running()?.id
  if (running) await engine.abort('by the test')
  await paper.shop.calm()
  return paper.shop.served.bench.start()
}

test(
  'the incident room is a cockpit: all that is needed is above the fold, and an action is undone where it was done',
  { skip },
  async () => {
    const drill = await started()
    await paper.shop.breaks('slow-shelves')
    const page = await open()
    await page.goto(`${paper.base}/drills/${drill}`)
    await page.getByText('Browsing is slow for users', { exact: true }).waitFor()
    for (const region of ['What users feel', 'Pager', 'Golden signals', 'Timeline', 'Actions', 'Name the cause', 'Coach']) {
      const box = await page.getByRole('region', { name: region, exact: true }).boundingBox()
      assert.ok(box && box.y < 860 && box.x >= 0, `${region} is above the fold: ${JSON.stringify(box)}`)
    }
    const signals = page.getByRole('region', { name: 'Golden signals' })
    const last = await signals.getByRole('figure').nth(3).boundingBox()
    assert.ok(last && last.y + last.height <= 900, `four graphs are in sight at once: ${JSON.stringify(last)}`)
    await page.getByRole('button', { name: 'Runbook' }).click()
    await page.getByRole('region', { name: 'Runbook' }).getByRole('heading').nth(1).waitFor()
    const actions = page.getByRole('region', { name: 'Actions' })
    await actions.getByRole('combobox', { name: 'Find an action' }).fill('roll back a serv')
    await actions.getByRole('option', { name: 'Roll back a service' }).click()
    await actions.getByRole('combobox', { name: 'service' }).selectOption('inventory')
    await actions.getByRole('button', { name: 'Run' }).click()
    await actions.getByText('inventory was rolled back from 1.5.0 to 1.4.0').waitFor()
    assert.equal(await paper.shop.served.bench.range.releases.current('inventory'), '1.4.0')
    await actions.getByRole('button', { name: 'Undo' }).click()
    await actions.getByText(/^Undone: inventory 1\.5\.0 was deployed/).waitFor()
    assert.equal(await paper.shop.served.bench.range.releases.current('inventory'), '1.5.0')
    await page.context().close()
  },
)

test('what rose is found by its label, and drawn by it', { skip }, async () => {
  await started()
  await paper.shop.breaks('slow-shelves')
  const page = await open()
  await page.goto(`${paper.base}/explore?q=${encodeURIComponent('sum(rate(http_requests_total[30s]))')}`)
  await page.getByRole('button', { name: 'Why is this high?' }).click()
  const section = page.getByRole('region', { name: 'By label' })
  await section.getByText(/^(Since|No label)/).waitFor()
  await noSeriousViolations(page, 'the labels of a query')
  await noSidewaysScroll(page, 'the labels of a query')
  await section.getByRole('button', { name: 'service' }).click()
  await page.waitForURL(/q=sum\+by\+%28service%29/)
  await page.context().close()
})

const pages = (drill: string): string[] => [
  '/',
  `/drills/${drill}`,
  '/dashboards/overview',
  '/dashboards/inventory',
  '/map',
  '/components/inventory',
  '/mesh',
  '/slos',
  '/explore',
  '/explore?q=sum%20by%20(service)%20(rate(http_requests_total%5B30s%5D))',
  '/traces?range=5m',
  `/traces/${hugeTrace}`,
  '/logs?range=5m',
  '/alerts',
  '/progress',
  '/status',
  '/join#code=none',
  '/runbooks',
  '/runbooks/browse',
  '/nowhere',
]
test('every page on a desk and on a telephone, light and dark: no violation, nothing cut off', { skip }, async () => {
  const drill = await started()
  await paper.shop.breaks('slow-shelves')
  const page = await open()
  for (const address of pages(drill)) await everyWay(page, address)
  await page.context().close()
  const instructor = await open({ role: 'instructor' })
  await everyWay(instructor, '/instructor')
  await instructor.context().close()
})

/** No more than a browser lays out without being felt, however much there is to show: what cannot be seen is not there. */
const mostElements = 4_000

/** Loaded once and looked at in four ways. Contrast depends on the theme, everything else on the width. */
async function everyWay(page: Page, address: string): Promise<void> {
  await page.goto(`${paper.base}${address}`)
  await loaded(page)
  const elements = await page.locator('*').count()
  assert.ok(elements <= mostElements, `${address} has ${elements} elements`)
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height })
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      const what = `${address}, ${width} wide, ${theme}`
      if (width > 1_000) await noSeriousViolations(page, what, theme === 'light' ? 'all' : 'contrast')
      else if (theme === 'light') await noSeriousViolations(page, what, 'others')
    }
    await noSidewaysScroll(page, `${address}, ${width} wide`)
    await labelsApart(page, `${address}, ${width} wide`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}
