import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { paperTokens } from '../../control/replay/paper-context.ts'
import { PaperBrowser, skip } from './paper/browser.ts'
import { noSeriousViolations, noSidewaysScroll } from './readable.ts'

/** The real console and control plane over a range on paper: whole drills in seconds. How every page looks is in `looks.test.ts`. */
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
