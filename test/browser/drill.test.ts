import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { projectRoot } from '../../control/paths.ts'
import { until } from '../../model/until.ts'
import { findChromium } from '../../range/binaries.ts'
import { loaded, noSeriousViolations, noSidewaysScroll, onEachScreen } from './readable.ts'
import { atRest, client, ensureFree, range, state, base } from '../acceptance/test-range.ts'
import { comesTo } from './comes-to.ts'

const screenshots = path.join(projectRoot, '.cache', 'screenshots')
const login = (role: 'trainee' | 'instructor') => `${base}/login#token=${state.config().tokens[role]}`

let browser: Browser
before(async () => {
  mkdirSync(screenshots, { recursive: true })
  await ensureFree()
  browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
})
after(() => browser?.close())

/** A page that is logged in, and that fails the test if its console logs an error. */
async function open(options: { width?: number; height?: number; dark?: boolean; role?: 'trainee' | 'instructor' } = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.dark ? 'dark' : 'light',
  })
  // What is shown on the first visit is not shown here.
  await context.addInitScript(() => localStorage.setItem('firedrill.tour', 'seen'))
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|script-src|Uncaught/.test(message.text())) assert.fail(message.text())
  })
  await page.goto(login(options.role ?? 'trainee'))
  await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
  return page
}

/** Injects a fault by its form. If the range is not steady at that moment it refuses, and says so: then again when it is at rest. */
async function inject(page: Page, within: Locator | Page, title: string): Promise<void> {
  for (;;) {
    const answered = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().includes('/api/faults/'))
    await within.getByRole('button', { name: `Inject ${title}` }).click()
    const response = await answered
    if (response.ok()) return
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    assert.equal(error.code, 'range-not-steady', error.message)
    await within.getByText(error.message).waitFor()
    await atRest()
  }
}

const pages = [
  '/',
  '/dashboards/overview',
  '/dashboards/orders',
  '/map',
  '/components/orders',
  '/mesh',
  '/dashboards/mesh',
  '/slos',
  '/explore?q=sum%20by%20(service)%20(rate(http_requests_total%5B30s%5D))',
  '/traces',
  '/logs',
  '/alerts',
  '/progress',
  '/status',
  '/join#code=none',
  '/dashboards/runtime',
  '/runbooks',
  '/runbooks/browse',
  '/nowhere',
]
/** From then on the drill only waits for the shop, and looks do not count for its trainee any more. */
const rolledBack = Promise.withResolvers<void>()

describe('a drill, and other pages while the shop recovers', { concurrency: 2 }, () => {
  describe('a scenario, as a trainee plays it', { concurrency: 1 }, () => {
    let page: Page
    let failed = false
    // Whatever happens, the next test finds the range free.
    after(async () => {
      rolledBack.resolve()
      const { running } = await client('trainee').get('/api/drills')
      if (running) await client('trainee').post('/api/drills/:id/abort', { id: running })
    })
    /** A step that builds on the previous ones. */
    const step = (name: string, play: () => Promise<void>) =>
      test(name, async (context) => {
        if (failed) return context.skip('a step before it failed')
        failed = true
        await play()
        failed = false
      })
    before(async () => {
      page = await open()
    })

    step('starts from the catalogue', async () => {
      await page.getByRole('button', { name: 'Start Slow shelves' }).click()
      // The range may have to settle first.
      await page.getByRole('timer', { name: 'Elapsed time' }).waitFor({ timeout: 100_000 })
      await page.getByRole('heading', { name: 'Slow shelves', level: 1 }).waitFor()
      await noSeriousViolations(page, 'the room before the page')
    })

    step('is paged, and acknowledges', async () => {
      await page.getByRole('button', { name: 'Acknowledge' }).first().click({ timeout: 60_000 })
      await page.getByRole('list', { name: 'Milestones' }).getByText('● acknowledged').waitFor()
      await noSeriousViolations(page, 'the room with a page')
    })

    step('goes from a dot on a graph to its trace, and from a span to its logs', async () => {
      await page.getByRole('link', { name: 'all dashboards' }).click()
      await page.getByRole('heading', { name: 'Golden signals' }).waitFor()
      const latency = page.getByRole('figure').filter({ hasText: 'Latency of browsing' })
      const dots = latency.getByRole('link', { name: /Open the trace of a request of/ })
      await dots.first().waitFor()
      let candidates: string[] = []
      // Another one, if it is redrawn under the pointer: dots move with the graph's time.
      for (let tries = 1; ; tries++) {
        // A slow one, as a trainee would choose: above the objective.
        const names = await dots.evaluateAll((links) => links.map((link) => link.getAttribute('aria-label') ?? ''))
        const slow = names.findLastIndex((name) => / (\d{3,}|2[5-9]\d) ms$| s$/.test(name))
        if (slow < 0 && tries < 6) {
          // None is slow yet, or they are being drawn: with Prometheus's next answer.
          await page.waitForResponse((response) => response.url().includes('/api/prometheus/query_range'))
          continue
        }
        assert.ok(slow >= 0, `no slow request among: ${names.join(', ')}`)
        // The slowest may be of another kind, or have failed before it reached the stock: then the next, as a trainee would.
        const addresses = await dots.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
        candidates = addresses.slice(0, slow + 1).toReversed()
        const clicked = await dots
          .nth(slow)
          .click({ timeout: 5_000 })
          .then(
            () => true,
            (error: unknown) => {
              if (tries < 6) return false
              throw error
            },
          )
        if (clicked) break
      }
      const spans = page.getByRole('list', { name: 'Spans' })
      await page.waitForURL(/\/traces\/[0-9a-f]{32}/)
      for (const address of candidates) {
        await spans.getByRole('listitem').first().waitFor()
        if ((await spans.getByRole('button', { name: /^inventory GET \/stock/ }).count()) > 0) break
        await page.goto(`${base}${address}`)
      }
      // A span counts as looked at when it has been on the screen for a while.
      const counted = page.waitForResponse(
        async (response) => response.url().endsWith('/views') && ((await response.json()) as { counted?: boolean }).counted === true,
      )
      await spans
        .getByRole('button', { name: /^inventory GET \/stock/ })
        .first()
        .click()
      const details = page.getByRole('complementary', { name: 'Details of the span' })
      await details.getByRole('heading', { name: /Logs/ }).waitFor()
      await details
        .getByText(/GET \/stock/)
        .last()
        .waitFor()
      assert.match(page.url(), /span=/, 'what is selected is in the address')
      await page.screenshot({ path: path.join(screenshots, 'trace.png') })
      await noSeriousViolations(page, 'a trace')
      await counted
    })

    step('names the cause, first wrongly', async () => {
      await page.getByRole('link', { name: 'Incident room' }).click()
      await page.getByRole('list', { name: 'Milestones' }).getByText('● located').waitFor()
      const form = page.getByRole('region', { name: 'Name the cause' })
      const name = async (component: string, category: string) => {
        await form.getByRole('combobox', { name: 'Component' }).selectOption(component)
        await form.getByRole('combobox', { name: 'Category' }).selectOption(category)
        await form.getByRole('button', { name: 'Name the cause' }).click()
      }
      await name('redis', 'cache')
      await form.getByText('That is not it.').waitFor()
      await form.getByLabel('In one sentence').fill('The new release asks the database once for each product.')
      await name('inventory', 'release')
      await form.getByText('That is it.').waitFor()
    })

    step('gets a hint when stuck', async () => {
      const coach = page.getByRole('region', { name: 'Coach' })
      await coach.getByRole('button', { name: 'I am stuck' }).click()
      await coach.getByText('Hints so far').waitFor()
      await coach.getByLabel('To the coach').fill('What should I look at?')
      await coach.getByRole('button', { name: 'Ask' }).click()
      await coach.getByRole('log').getByText('What should I look at?').waitFor()
      await coach.getByRole('log').locator('.you + .coach').first().waitFor()
    })

    step('rolls back, and sees the shop recover', async () => {
      const actions = page.getByRole('region', { name: 'Actions' })
      // By its name, wherever one is.
      await page.keyboard.press('ControlOrMeta+k')
      await page.getByRole('combobox', { name: 'Find anything' }).fill('roll back a serv')
      await page
        .getByRole('dialog')
        .getByRole('option', { name: /Roll back a service/ })
        .waitFor()
      await page.keyboard.press('Enter')
      await page.waitForURL(/action=roll-back$/)
      await actions.getByRole('combobox', { name: 'service' }).waitFor()
      await actions.getByRole('heading', { name: 'Roll back a service' }).waitFor()
      await actions.getByRole('combobox', { name: 'service' }).selectOption('inventory')
      await actions.getByRole('button', { name: 'Run' }).click()
      await actions.getByText(/inventory was rolled back from 1.5.0 to 1.4.0/).waitFor()
      await page.screenshot({ path: path.join(screenshots, 'room.png') })
      rolledBack.resolve()
      await page.getByRole('link', { name: 'Go to the debrief' }).click({ timeout: 120_000 })
    })

    step('reads the debrief', async () => {
      await page.getByRole('heading', { name: 'Debrief: Slow shelves' }).waitFor()
      for (const milestone of ['acknowledged', 'located', 'diagnosed', 'mitigated', 'recovered'])
        await page.getByRole('rowheader', { name: milestone }).waitFor()
      await page.getByText(/^It was inventory/).waitFor()
      await page.screenshot({ path: path.join(screenshots, 'debrief.png'), fullPage: true })
      await noSeriousViolations(page, 'the debrief')
      await page.context().close()
    })
  })

  describe('read-only pages', { concurrency: 1 }, () => {
    before(() => rolledBack.promise)

    test('every page, with the data of a real range: nothing is cut off', async () => {
      const page = await open()
      for (const address of pages) {
        await page.goto(`${base}${address}`)
        await loaded(page)
        // `looks.test.ts` covers the themes and axe.
        await onEachScreen(page, address, ({ width }) =>
          page.screenshot({ path: path.join(screenshots, `${address.replace(/\?.*/, '').replaceAll('/', '_')}-${width}.png`) }),
        )
      }
      await page.context().close()
    })

    test('the state of the screen is in the address', async () => {
      const page = await open()
      await page.goto(`${base}/logs`)
      await page.getByRole('combobox', { name: 'Service' }).selectOption('orders')
      await page.getByRole('searchbox', { name: 'Words' }).fill('POST')
      await page.getByRole('combobox', { name: 'Time range' }).selectOption('last 5m')
      // The search runs at the first pause.
      await page.waitForURL(({ searchParams }) => searchParams.has('text'))
      const address = new URL(page.url())
      assert.deepEqual(Object.fromEntries(address.searchParams), { service: 'orders', text: 'POST', range: '5m' })
      await page.reload()
      await comesTo(() => page.getByRole('combobox', { name: 'Service' }).inputValue(), 'orders')
      await comesTo(() => page.getByRole('searchbox', { name: 'Words' }).inputValue(), 'POST')
      await page.context().close()
    })

    test('everything can be reached and used by keyboard', async () => {
      const page = await open()
      await page.keyboard.press('Tab')
      await comesTo(() => page.evaluate(() => document.activeElement?.textContent), 'Skip to content')
      await page.goto(`${base}/dashboards/overview`)
      const dot = page.getByRole('link', { name: /Open the trace of a request/ }).first()
      await dot.focus()
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/traces\//)
      await page.context().close()
    })

    test('a trainee has no instructor page', async () => {
      const page = await open()
      await comesTo(() => page.getByRole('link', { name: 'Instructor' }).count(), 0)
      await page.goto(`${base}/instructor`)
      await page.getByText('There is no such page').waitFor()
      await page.context().close()
    })

    test('a query is completed, run, drawn and kept in the address', async () => {
      const page = await open()
      await page.goto(`${base}/explore`)
      const editor = page.getByRole('textbox', { name: 'PromQL query' })
      await editor.click()
      await editor.pressSequentially('orders_placed_tot')
      await page
        .getByRole('option', { name: /orders_placed_total/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Run' }).click()
      // The title: the legend, once it is drawn, names each series by it as well.
      await page.getByRole('figure').getByText('orders_placed_total', { exact: true }).waitFor()
      await page.getByRole('region', { name: 'Values' }).getByText('state="confirmed"').waitFor()
      assert.equal(new URL(page.url()).searchParams.get('q'), 'orders_placed_total')
      await page.context().close()
    })

    test('without a token there is only the login', async () => {
      const page = await (await browser.newContext()).newPage()
      await page.goto(`${base}/logs`)
      await page.getByRole('heading', { name: /log in/i }).waitFor()
      await noSeriousViolations(page, 'the login')
      await page.context().close()
    })
  })
})

test('a console that lost its server says so, and reconnects by itself', async () => {
  const page = await open()
  const record = state.run('control')
  assert.ok(record)
  process.kill(record.pid, 'SIGKILL')
  await page.getByText('Not connected to the control plane').waitFor()
  await until(
    'the control plane',
    20_000,
    async () =>
      (await client('trainee')
        .get('/api/drills')
        .catch(() => null)) !== null,
  )
  await page.getByText('Not connected to the control plane').waitFor({ state: 'detached' })
  await page.context().close()
})

test('a silence is previewed, created, and expired', async () => {
  const page = await open()
  await page.goto(`${base}/alerts`)
  await page.getByRole('button', { name: 'New silence' }).click()
  const form = page.getByRole('form', { name: 'New silence' })
  await form.getByRole('textbox', { name: 'Which alerts' }).fill('severity=~"page|ticket"')
  await form.getByText('It names neither an alert nor a service').waitFor()
  await form.getByRole('textbox', { name: 'Which alerts' }).fill('alertname=NoSuchAlert')
  await form.getByText('is not a condition').waitFor()
  await form.getByRole('textbox', { name: 'Which alerts' }).fill('alertname="NoSuchAlert"')
  await form.getByText('It matches none of the alerts that are firing now.').waitFor()
  await form.getByRole('textbox', { name: 'Why' }).fill('from the browser test')
  await form.getByRole('button', { name: 'Silence' }).click()
  const row = page.getByRole('region', { name: 'Silences' }).getByRole('listitem').filter({ hasText: 'from the browser test' })
  await row.getByRole('button', { name: 'Expire' }).click()
  await row.waitFor({ state: 'detached' })
  await page.context().close()
})

test('an instructor injects a fault by a form, sees it, and reverts it', async () => {
  const page = await open({ role: 'instructor' })
  await page.getByRole('link', { name: 'Instructor' }).click()
  await page.getByRole('searchbox', { name: /What should users/ }).fill('charge takes longer')
  await page.getByText('A slow payment provider', { exact: true }).click()
  await page.getByRole('spinbutton', { name: 'latency ms' }).fill('400')
  await noSeriousViolations(page, 'the instructor')
  await inject(page, page, 'A slow payment provider')
  const openFaults = page.getByRole('region', { name: 'Open faults' })
  await openFaults.getByText('A slow payment provider').waitFor()
  await page.screenshot({ path: path.join(screenshots, 'instructor.png'), fullPage: true })
  await openFaults.getByRole('button', { name: 'Revert', exact: true }).click()
  await openFaults.getByText('No faults are injected.').waitFor()
  await page.context().close()
})

test('an instructor injects a fault on an edge of the map, and sees its effect', async () => {
  const page = await open({ role: 'instructor' })
  await page.goto(`${base}/map`)
  const panel = page.getByRole('region', { name: 'Break an edge' })
  await panel.getByRole('combobox', { name: 'Calls from → to' }).selectOption('gateway → catalog')
  await panel.getByText('HTTP delay between two services').click()
  await comesTo(() => panel.getByRole('combobox', { name: 'from', exact: true }).inputValue(), 'gateway')
  await panel.getByRole('spinbutton', { name: 'delay ms' }).fill('60')
  await noSeriousViolations(page, 'the map of an instructor')
  await inject(page, panel, 'HTTP delay between two services')
  assert.equal((await range().mesh.faultOn({ from: 'gateway', to: 'catalog' }))?.delay?.fixedDelayMs, 60)
  await client('instructor').post('/api/reset')
  assert.equal(await range().mesh.faultOn({ from: 'gateway', to: 'catalog' }), null)
  await page.context().close()
})

test('a game day is planned by the instructor, and joined by its link', async () => {
  const instructor = await open({ role: 'instructor' })
  await instructor.goto(`${base}/instructor`)
  const panel = instructor.getByRole('region', { name: 'Game day' })
  await panel.getByRole('textbox', { name: 'Title' }).fill('Friday')
  await panel.getByRole('combobox', { name: 'Add a scenario' }).selectOption('Slow shelves')
  await panel.getByRole('combobox', { name: 'Add a scenario' }).selectOption('Payday')
  await panel.getByRole('button', { name: 'Remove Payday' }).click()
  await panel.getByRole('button', { name: 'Plan it' }).click()
  const link = await panel.getByRole('textbox', { name: 'Link to join' }).inputValue()
  const member = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage()
  await member.goto(link)
  await member.getByRole('textbox', { name: 'Your name' }).fill('Robin')
  await member.getByRole('radio', { name: 'communications' }).check()
  await noSeriousViolations(member, 'joining')
  await noSidewaysScroll(member, 'joining')
  await member.getByRole('button', { name: 'Join' }).click()
  const lobby = member.getByRole('region', { name: 'Game day' })
  await lobby.getByText('The instructor will begin the next drill').waitFor()
  await lobby.getByRole('textbox', { name: 'To the team' }).fill('Here I am')
  await lobby.getByRole('button', { name: 'Post' }).click()
  await lobby.getByText('Here I am').waitFor()
  await lobby.getByRole('combobox', { name: 'Your role' }).selectOption('commander')
  await panel.getByText('Robin · commander').waitFor()
  await noSeriousViolations(member, 'the lobby')
  await noSidewaysScroll(member, 'the lobby')
  await member.screenshot({ path: path.join(screenshots, 'lobby-390.png'), fullPage: true })
  await panel.getByRole('button', { name: 'End the game day' }).click()
  await panel.getByRole('button', { name: 'Plan it' }).waitFor()
  await member.context().close()
  await instructor.context().close()
})

test('a mesh policy is edited, refused with its line, reviewed, applied and rolled back', async () => {
  const page = await open()
  await page.goto(`${base}/mesh?service=inventory`)
  await page.getByRole('region', { name: 'Edges' }).getByRole('rowheader', { name: 'gateway → inventory' }).waitFor()
  await comesTo(() => page.getByRole('rowheader', { name: 'gateway → catalog' }).count(), 0, 'what is on screen is in the address')
  const policy = page.getByRole('region', { name: 'Policy' })
  const text = policy.getByRole('textbox', { name: 'Istio resources' })
  const before = await text.inputValue()
  await text.fill(before.replace('attempts: 2', 'attempts: 2, perTry: 1s'))
  await policy.getByRole('button', { name: 'Review the change' }).click()
  await policy.getByText(/line \d+, column \d+: VirtualService catalog: spec.http.0.retries.perTry is not carried out here/).waitFor()
  await comesTo(() => policy.getByRole('button', { name: 'Apply' }).isDisabled(), true)
  await text.fill(before.replace('attempts: 2', 'attempts: 1'))
  await policy.getByRole('button', { name: 'Review the change' }).click()
  await policy
    .getByLabel('What changes')
    .getByText('+ retries: { attempts: 1')
    .or(policy.getByText(/\+\s+retries: \{ attempts: 1/))
    .first()
    .waitFor()
  await policy.getByRole('button', { name: 'Apply' }).click()
  const history = page.getByRole('region', { name: 'History' })
  await history.getByText('by trainee').waitFor()
  await noSeriousViolations(page, 'the mesh with a change')
  await history.getByRole('button', { name: 'Roll back to 0' }).click()
  await page.getByRole('heading', { name: 'Policy, revision 2' }).waitFor()
  await comesTo(() => text.inputValue(), before)
  await page.screenshot({ path: path.join(screenshots, 'mesh.png'), fullPage: true })
  await page.context().close()
  await client('instructor').post('/api/reset')
})
