import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillDisk } from '../../control/replay/fill-disk.ts'
import type { paperTokens } from '../../control/replay/paper-context.ts'
import { PaperBrowser, skip } from './paper/browser.ts'
import { noSeriousViolations, noSidewaysScroll } from './readable.ts'
import { comesTo } from './comes-to.ts'

/** The real console and control plane over a simulated range: whole drills in seconds. The look of every page is tested in `looks.test.ts`. */
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
      const isAbove = async () => {
        const box = await page.getByRole('region', { name: region, exact: true }).boundingBox()
        return box !== null && box.y < 860 && box.x >= 0
      }
      await comesTo(isAbove, true, `${region} is above the fold`)
    }
    const signals = page.getByRole('region', { name: 'Golden signals' })
    const isInSight = async () => {
      const last = await signals.getByRole('figure').nth(3).boundingBox()
      return last !== null && last.y + last.height <= 900
    }
    await comesTo(isInSight, true, 'four graphs are in sight at once')
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

test('the entry selected by keyboard is in view, and announced to screen readers', { skip }, async () => {
  const drill = await started()
  const page = await open()
  await page.goto(`${paper.base}/drills/${drill}`)
  /** Waits until the selected entry of this field's list is announced, in view, and, if required, the first. */
  const told = (name: string, what: string, isFirst = false) =>
    page
      .waitForFunction(
        ([label, first]) => {
          const field = [...document.querySelectorAll('input[role=combobox]')].find((input) =>
            document.getElementById(input.getAttribute('aria-labelledby') ?? '')?.textContent?.includes(label),
          )
          const list = document.getElementById(field?.getAttribute('aria-controls') ?? '')
          const item = list?.querySelector('[aria-selected=true]')
          if (!field || !list || !item || field.getAttribute('aria-activedescendant') !== item.id) return false
          const [inside, around] = [item.getBoundingClientRect(), list.getBoundingClientRect()]
          const inSight = inside.top >= around.top - 1 && inside.bottom <= around.bottom + 1
          return inSight && (!first || item === list.querySelector('[role=option]'))
        },
        [name, isFirst] as const,
        { timeout: 10_000 },
      )
      .catch((error: unknown) => assert.fail(`${name}: ${what}: ${String(error)}`))
  for (const name of ['Find an action', 'Find anything']) {
    if (name === 'Find anything') await page.keyboard.press('ControlOrMeta+k')
    const field = page.getByRole('combobox', { name })
    await field.focus()
    await page.getByRole('option', { name: 'Roll back a service' }).first().waitFor()
    for (let step = 0; step < 20; step++) await field.press('ArrowDown')
    await told(name, 'after many arrows')
    await field.press('End')
    await told(name, 'at the end')
    await field.press('ArrowDown')
    await told(name, 'from the last to the first', true)
    await field.press('End')
    await field.fill('re')
    await told(name, 'for another search', true)
    await field.press('ArrowDown')
    await field.fill('')
    await told(name, 'without a search', true)
  }
  await page.context().close()
})

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

test('obstacles to drills are shown on every page, for as long as they last', { skip }, async () => {
  await started()
  const { bench } = paper.shop.served
  const page = await open({ width: 390, height: 844 })
  await page.goto(`${paper.base}/`)
  const said = page.getByRole('status').filter({ hasText: 'Events cannot be recorded: is the disk full?' })
  await page
    .getByText(/components up$/)
    .first()
    .waitFor({ state: 'attached' })
  await comesTo(() => said.count(), 0)
  const makeRoom = fillDisk(bench.ledger)
  try {
    await bench.pass(2)
    await said.waitFor()
    await noSidewaysScroll(page, 'a full disk')
    await noSeriousViolations(page, 'a full disk')
    await page.goto(`${paper.base}/alerts`)
    await said.waitFor()
  } finally {
    makeRoom()
  }
  await bench.pass(2)
  await said.waitFor({ state: 'detached' })
  await page.context().close()
})

test('a part that fails leaves the rest unchanged, and code that loads late is waited for', { skip }, async () => {
  const drill = await started()
  const page = await open()
  const nonsense = { contentType: 'application/json', body: '{}' }
  await page.route('**/api/actions', (route) => route.fulfill(nonsense))
  await page.route('**/api/slos', (route) => route.fulfill(nonsense))
  await page.goto(`${paper.base}/drills/${drill}`)
  await page.getByRole('heading', { name: 'Actions cannot be shown' }).waitFor()
  for (const name of ['Pager', 'Golden signals', 'Timeline', 'Name the cause', 'Coach']) await page.getByRole('region', { name }).waitFor()
  await noSeriousViolations(page, 'a part that cannot be shown')
  await page.unroute('**/api/actions')
  const actions = page.getByRole('region', { name: 'Actions' })
  await actions.getByRole('button', { name: 'Try again' }).click()
  await actions.getByRole('combobox', { name: 'Find an action' }).waitFor()

  // The server is down for a moment, as when the control plane was killed.
  let refused = 0
  await page.route('**/assets/slos-*.js', (route) => (++refused <= 2 ? route.abort() : route.continue()))
  await page.getByRole('link', { name: 'Objectives' }).click()
  await page.getByRole('heading', { name: 'This page cannot be shown' }).waitFor()
  assert.equal(refused, 3)
  await noSeriousViolations(page, 'a page that cannot be shown')
  await page.getByRole('link', { name: 'Alerts' }).click()
  await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Objectives' }).click()
  await page.unroute('**/api/slos')
  await page.getByRole('button', { name: 'Reload the page' }).click()
  await page.getByRole('heading', { name: 'Objectives', level: 1 }).waitFor()
  await page.context().close()
})
