import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { Looks } from './looks.ts'
import { PaperBrowser, skip } from './paper/browser.ts'
import { hugeTrace } from './paper/traces.ts'
import { loaded, noSeriousViolations, onEachScreen } from './readable.ts'

/** Every page and state, on a desktop and on a phone, light and dark, at a fixed time: compared with the pictures in `looks`. */
const paper = new PaperBrowser(Date.UTC(2026, 4, 12, 9, 30))
const open = (role: 'trainee' | 'instructor' = 'trainee'): Promise<Page> =>
  paper.open({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 0.4, timezoneId: 'UTC', locale: 'en-GB', role, seenTour: true })

/** The maximum number of elements that a browser lays out without delay, however much data there is: what is out of view is not rendered. */
const mostElements = 4_000

type Shown = readonly [name: string, address: string]

/** Loaded once and checked in four ways. Contrast depends on the theme, everything else on the width. */
async function everyWay(page: Page, looks: Looks, [name, address]: Shown): Promise<void> {
  await page.goto(`${paper.base}${address}`)
  await loaded(page)
  const elements = await page.locator('*').count()
  assert.ok(elements <= mostElements, `${address} has ${elements} elements`)
  await lookEveryWay(page, looks, name)
}

const lookEveryWay = (page: Page, looks: Looks, name: string): Promise<void> =>
  onEachScreen(page, name, async (screen) => {
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      const what = `${name}, ${screen.width} wide, ${theme}`
      if (screen.name === 'desk') await noSeriousViolations(page, what, theme === 'light' ? 'all' : 'contrast')
      else if (theme === 'light') await noSeriousViolations(page, what, 'others')
      await looks.look(page, `${name}-${screen.name}-${theme}`)
    }
  })

test('empty: before anything was played, and without results', { skip }, async (context) => {
  const looks = new Looks(context)
  const page = await open()
  for (const shown of [
    ['home', '/'],
    ['home-nothing-found', '/?find=zzzz'],
    ['alerts-none', '/alerts'],
    ['progress-none', '/progress'],
    ['traces-none', '/traces?range=5m&minDurationMs=3600000'],
    ['logs-none', '/logs?range=5m&text=zzzz'],
    ['explore-empty', '/explore'],
    ['status-healthy', '/status'],
    ['join', '/join#code=none'],
    ['no-such-page', '/nowhere'],
  ] satisfies Shown[])
    await everyWay(page, looks, shown)
  await page.context().close()
  looks.assertKept()
})

test('loading, and failed', { skip }, async (context) => {
  const looks = new Looks(context)
  const page = await open()
  await page.route(/\/api\/(prometheus|telemetry|status|alerts)/, () => {})
  for (const [name, address] of [
    ['loading-dashboard', '/dashboards/overview'],
    ['loading-traces', '/traces?range=5m'],
    ['loading-logs', '/logs?range=5m'],
  ] satisfies Shown[]) {
    await page.goto(`${paper.base}${address}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await lookEveryWay(page, looks, name)
  }
  await page.unrouteAll()
  await page.route(/\/api\/(prometheus|telemetry|status|alerts)/, (route) =>
    route.fulfill({
      status: 502,
      json: { error: { code: 'component-unreachable', message: 'the telemetry store does not answer: connect ECONNREFUSED' } },
    }),
  )
  for (const shown of [
    ['failed-dashboard', '/dashboards/overview'],
    ['failed-traces', '/traces?range=5m'],
    ['failed-logs', '/logs?range=5m'],
    ['failed-alerts', '/alerts'],
  ] satisfies Shown[])
    await everyWay(page, looks, shown)
  await page.route('**/api/slos', (route) => route.fulfill({ json: {} }))
  await everyWay(page, looks, ['broken-page', '/slos'])
  await page.context().close()
  looks.assertKept()
})

test('full: in the middle of an incident, with 10,000 spans', { skip }, async (context) => {
  const looks = new Looks(context)
  const { bench } = paper.shop.served
  await bench.pass(20)
  const { id: drill } = await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody', seed: 1 })
  await paper.shop.breaks('slow-shelves')
  // First: later looks are listed here, in the order of their requests.
  const instructor = await open('instructor')
  await everyWay(instructor, looks, ['instructor', '/instructor'])
  await instructor.context().close()
  const page = await open()
  for (const shown of [
    ['room', `/drills/${drill}`],
    ['dashboard-overview', '/dashboards/overview'],
    ['dashboard-inventory', '/dashboards/inventory'],
    ['map', '/map'],
    ['component', '/components/inventory'],
    ['mesh', '/mesh'],
    ['slos', '/slos'],
    ['explore', '/explore?q=sum%20by%20(service)%20(rate(http_requests_total%5B30s%5D))'],
    ['traces', '/traces?range=5m'],
    ['trace-huge', `/traces/${hugeTrace}`],
    ['logs', '/logs?range=5m'],
    ['alerts', '/alerts'],
    ['status-hurt', '/status'],
    ['runbooks', '/runbooks'],
    ['runbook', '/runbooks/browse'],
  ] satisfies Shown[])
    await everyWay(page, looks, shown)
  await page.context().close()
  looks.assertKept()
})

test('afterwards: the debrief, and what was learnt', { skip }, async (context) => {
  const looks = new Looks(context)
  const { engine, ledger } = paper.shop.served.bench
  if (engine.running()) await engine.abort('by the test')
  await paper.shop.calm()
  // Nobody looked at anything: simultaneous requests are recorded in any order.
  const { id: drill } = await engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody', seed: 1 })
  await paper.shop.breaks('slow-shelves')
  await paper.shop.recovers()
  if (engine.running()) await engine.finish()
  assert.ok(ledger.drill(drill)?.endedAt)
  const page = await open()
  for (const shown of [
    ['debrief', `/drills/${drill}/debrief`],
    ['progress', '/progress'],
    ['home-played', '/'],
  ] satisfies Shown[])
    await everyWay(page, looks, shown)
  await page.context().close()
  looks.assertKept()
})

test('long names', { skip }, async (context) => {
  const looks = new Looks(context)
  const { bench } = paper.shop.served
  await paper.shop.calm()
  await bench.engine.start('slow-shelves', { mode: 'learning', trainee: 'somebody', seed: 1 })
  const drill = bench.engine.running()?.id
  await paper.shop.breaks('slow-shelves')
  paper.shop.page({
    fingerprint: 'b2',
    name: 'AVeryLongNameOfAnAlertThatSomebodyOnceGaveToARuleAndThatNobodyDaredToShorten',
    severity: 'page',
    summary:
      'Requests of customers from the whole of north-western Europe who look at shelves of more than four hundred products take longer than they should',
    description:
      'A description that is as long as its summary, and says what it says twice, so that it must be wrapped wherever it stands and cuts off nothing.',
    runbook: 'http://127.0.0.1/runbooks/browse',
    component: 'gateway',
    startsAt: new Date(bench.now - 2_000).toISOString(),
  })
  await bench.pass(1)
  const page = await open()
  for (const shown of [
    ['room-long-names', `/drills/${drill}`],
    ['alerts-long-names', '/alerts'],
  ] satisfies Shown[])
    await everyWay(page, looks, shown)
  await page.context().close()
  looks.assertKept()
})
