import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { settled } from '../../control/replay/engine-bench.ts'
import { Measured, well } from '../../control/replay/measured.ts'
import type { Scenario } from '../../model/scenario.ts'
import { PaperBrowser, skip } from './paper/browser.ts'
import { noSeriousViolations, onEachScreen } from './readable.ts'
import { comesTo } from './comes-to.ts'

/** A shift over a simulated range, from the catalogue to its debrief: two incidents, each of which is broken while it is in `broken`. */
const broken = new Set<'browsing' | 'prices'>()
const measured = new Measured()
measured.next = () => ({
  ...well(),
  ...(broken.has('browsing') ? { users: { good: 5, slow: 15, failed: 0 } } : {}),
  stalePrices: broken.has('prices') ? 3 : 0,
})
const paper = new PaperBrowser(undefined, measured)
const open = (role: 'trainee' | 'instructor' = 'trainee') => paper.open({ role, seenTour: true, viewport: { width: 1440, height: 900 } })

const pages = {
  browsing: { name: 'BrowseLatencyBudgetBurn', summary: 'Browsing is slow for users', component: 'gateway' },
  prices: { name: 'PricesOutdated', summary: 'Customers see prices that are not current', component: 'catalog' },
}
const fixes = { browsing: ['roll-back', { service: 'inventory' }], prices: ['flush-cache', {}] } as const

const running = () => paper.shop.served.bench.engine.running()?.id ?? ''
const asked = async (role: 'trainee' | 'instructor', path: string, body: object = {}) => {
  const { status, text } = await paper.shop.served.ask(role, 'POST', path, body)
  assert.equal(status, 200, `${path}: ${text}`)
}

/** Skips to what is planned next. */
const bringForward = async () => {
  await asked('instructor', `/api/drills/${running()}/skip`)
  await begins()
}
const begins = async () => {
  await paper.shop.served.bench.pass(2)
  await settled()
}

const breaks = async (what: keyof typeof pages) => {
  const { bench } = paper.shop.served
  broken.add(what)
  await bench.pass(8)
  paper.shop.page({
    fingerprint: what,
    severity: 'page',
    description: '',
    runbook: 'http://127.0.0.1/runbooks/browse',
    ...pages[what],
    startsAt: new Date(bench.now - 4e3).toISOString(),
  })
  await bench.pass(2)
}

const mends = async (what: keyof typeof pages) => {
  const { bench } = paper.shop.served
  const [action, params] = fixes[what]
  broken.delete(what)
  await asked('trainee', `/api/actions/${action}`, { params })
  await bench.pass(20)
  for (const list of [paper.shop.telemetry.alerts, bench.alerts]) {
    const at = list.findIndex(({ fingerprint }) => fingerprint === what)
    const [alert] = list.splice(at, 1)
    if (list === bench.alerts && alert) bench.engine.pages.receive(alert, 'resolved')
  }
  await bench.pass(20)
}

const names = async (page: Page, incident: number, component: string, category: string) => {
  const form = page.getByRole('region', { name: 'Name the cause' })
  await form.getByRole('combobox', { name: 'Component' }).selectOption(component)
  await form.getByRole('combobox', { name: 'Category' }).selectOption(category)
  await form.getByRole('button', { name: `Name the cause of incident ${incident}` }).click()
}

const looks = (page: Page, what: string) =>
  onEachScreen(page, what, async ({ name }) => name === 'phone' || noSeriousViolations(page, what))

test('a shift from the catalogue to its debrief: one incident is worked on at a time, and it ends with a note', { skip }, async () => {
  const page = await open()
  const shifts = page.getByRole('region', { name: 'Shifts' })
  await comesTo(() => shifts.getByRole('heading', { level: 3 }).count(), 3)
  await onEachScreen(page, 'the catalogue with shifts', async () => {})
  await shifts.getByRole('button', { name: 'Start A quiet Sunday' }).click()
  await page.getByText('Nothing has paged yet. Read the note from the previous shift.').waitFor()
  await page.getByText(/Not everything that pages you needs you/).waitFor()
  await comesTo(() => page.getByRole('button', { name: 'Name the cause' }).isDisabled(), true, 'there is nothing to name yet')
  await looks(page, 'a shift before its first page')

  const instructor = await open('instructor')
  await instructor.goto(`${paper.base}/instructor`)
  await instructor.getByRole('button', { name: 'Bring the next forward' }).click()
  await instructor.getByText(/^What was planned to begin in .+ begins now\.$/).waitFor()
  await begins()
  await bringForward()
  await breaks('browsing')
  await page.getByRole('tab', { name: /^Incident 1 firing Browsing is slow for users/ }).waitFor()
  await bringForward()
  await bringForward()
  await breaks('prices')
  await page.getByRole('status').getByText('Incident 2 has paged').waitFor()
  const tab = (number: number) => page.getByRole('tab', { name: new RegExp(`^Incident ${number}`) })
  await comesTo(() => tab(1).getAttribute('aria-selected'), 'true', 'what is worked on stays')
  await looks(page, 'a shift with two incidents')
  const gameDay = instructor.getByRole('region', { name: 'Game day' })
  await gameDay.getByRole('combobox', { name: 'Add a scenario or a shift' }).selectOption('A quiet Sunday')
  await gameDay.getByRole('button', { name: 'Remove A quiet Sunday' }).waitFor()
  await looks(instructor, 'the instructor’s page in a shift')
  await instructor.context().close()

  await page.getByRole('button', { name: 'Acknowledge incident 2' }).click()
  const milestones = page.getByRole('tabpanel').getByRole('list', { name: 'Milestones' })
  await milestones.getByText('● acknowledged').waitFor()
  await comesTo(() => tab(2).getAttribute('aria-selected'), 'true')
  await tab(2).press('ArrowLeft')
  await milestones.getByText('○ acknowledged').waitFor()
  await comesTo(() => tab(1).evaluate((element) => element === document.activeElement), true, 'the focus goes with it')
  await names(page, 1, 'catalog', 'database')
  await page.getByText('That is not it. Look again.').waitFor()
  await names(page, 1, 'inventory', 'release')
  await page.getByText('That is it.').waitFor()
  await milestones.getByText('● diagnosed').waitFor()
  const timeline = page.getByRole('region', { name: 'Timeline' })
  await timeline.getByText('Incident 1: Named inventory, release: correct.').waitFor()
  await timeline.getByText('Incident 2: The page was acknowledged.').waitFor()
  await page.getByRole('button', { name: 'I am stuck with incident 1' }).click()
  await tab(1).getByText('1 hint').waitFor()

  await mends('browsing')
  // Its page does not fire any more: it is acknowledged beside its milestones.
  await page.getByRole('tabpanel').getByRole('button', { name: 'Acknowledge incident 1' }).click()
  await tab(1).getByText('done').waitFor()
  await tab(2).click()
  const { cause } = await paper.shop.served.read<Pick<Scenario, 'cause'>>('instructor', '/api/scenarios/two-truths/plan')
  await names(page, 2, cause.component, cause.category)
  await page.getByText('That is it.').waitFor()
  await mends('prices')
  await page.getByText('All incidents are done. Write the note for the next shift to end yours.').waitFor()
  await looks(page, 'a shift without its note')
  await page.getByRole('button', { name: 'Open the handover note' }).click()
  const field = page.getByRole('textbox', { name: 'What is broken' })
  await field.waitFor()
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA')
  await field.fill('Nothing any more. Browsing was slow, and prices were wrong.')
  await page.getByRole('button', { name: 'Write the note' }).click()
  await page.getByText(/Handover note: What is broken/).waitFor()
  await paper.shop.served.bench.pass(3)
  await page.getByRole('link', { name: 'Go to the debrief' }).click()

  await page.getByRole('heading', { name: 'Debrief: A quiet Sunday' }).waitFor()
  const course = page.getByRole('region', { name: 'The course of the shift' })
  await course.getByTitle(/Incident 2: Two truths$/).waitFor()
  await course.getByText('Reference').waitFor({ state: 'detached' })
  await page.getByRole('region', { name: 'Replay' }).getByText('No page was firing.').waitFor()
  const downloads = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Share: one file (HTML)' }).click()
  const file = await downloads
  assert.equal(file.suggestedFilename(), 'debrief-quiet-sunday.html')
  assert.match(readFileSync(await file.path(), 'utf8'), /<h1>Debrief: A quiet Sunday<\/h1>/)
  await page
    .getByRole('region', { name: 'Triage' })
    .getByText(/You dealt with 'Slow shelves' first/)
    .waitFor()
  await page.getByRole('region', { name: 'Handing over' }).getByText('5 of 5 points, for having written one').waitFor()
  await page.getByRole('region', { name: 'Noise' }).getByText('It did not page.').first().waitFor()
  await looks(page, 'the debrief of a shift')
  const incidents = page.getByRole('region', { name: 'Incidents' })
  await incidents.getByText('Incident 2: Two truths').click()
  await incidents
    .getByText(/^The cause was named after/)
    .filter({ visible: true })
    .waitFor()
  await incidents.getByText('Incident 1: Slow shelves').click()
  await page.getByText(/^A wrong cause was named once/).waitFor()
  // A sentence links to its time.
  await incidents.getByRole('button', { name: /^\d/ }).filter({ visible: true }).first().click()
  await page.getByRole('region', { name: 'Replay' }).getByText('Browsing is slow for users').waitFor()
  await looks(page, 'the debrief of a shift with its incidents')
  await page.getByRole('link', { name: 'Next' }).click()
  await page
    .getByRole('region', { name: 'Shifts' })
    .getByText(/best \d+/)
    .waitFor()
  await page.getByRole('region', { name: 'Your drills' }).getByRole('link', { name: 'A quiet Sunday' }).waitFor()
  await page.context().close()
})

test('a shift that ends before anything happens has a debrief too, and is found by its name', { skip }, async () => {
  const page = await open()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('combobox', { name: 'Find anything' }).fill('quiet sunday')
  await page.getByRole('option', { name: /A quiet Sunday/ }).click()
  const start = page.getByRole('button', { name: 'Start A quiet Sunday' })
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Start A quiet Sunday')
  await start.press('Enter')
  await page.getByText('Nothing has paged yet').waitFor()
  await page.getByRole('button', { name: 'Finish' }).click()
  await page.getByRole('heading', { name: 'Debrief: A quiet Sunday' }).waitFor()
  await page.getByText('No incident began in this shift.').waitFor()
  await page.getByText('The shift was over before they began: Slow shelves and Two truths.').waitFor()
  await page.getByText('The next shift was told nothing: no note was written.').waitFor()
  await looks(page, 'the debrief of a shift without incidents')
  await page.context().close()
})
