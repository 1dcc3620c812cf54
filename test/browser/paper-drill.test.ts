import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { PaperBrowser, skip } from './paper/browser.ts'
import { labelsApart, noSeriousViolations, noSidewaysScroll } from './readable.ts'
import { comesTo } from './comes-to.ts'

/** Whole drills over a simulated range, from the catalogue to the shared debrief. */
const paper = new PaperBrowser()
const open = (width: number, height: number) => paper.open({ viewport: { width, height }, acceptDownloads: true, timeoutMs: 30_000 })

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 160; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      const label =
        element instanceof HTMLSelectElement || element instanceof HTMLInputElement ? element.labels?.[0]?.firstChild?.textContent : null
      return (element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '').trim()
    })
    if (focused === name) return
  }
  assert.fail(`no press of Tab leads to '${name}'`)
}

test('a drill by the keyboard alone, with the tour beside it, from the catalogue to the debrief that is shared', { skip }, async () => {
  const page = await open(1440, 900)
  const tour = page.getByRole('complementary', { name: 'Tour' })
  await tour.getByText('Start your first drill').waitFor()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('combobox', { name: 'Find anything' }).fill('slow shelves')
  await page
    .getByRole('dialog')
    .getByRole('option', { name: /Slow shelves/ })
    .waitFor()
  await page.keyboard.press('Enter')
  await tabTo(page, 'Start Slow shelves')
  await page.keyboard.press('Enter')
  await page.getByRole('timer', { name: 'Elapsed time' }).waitFor()
  await tour.getByText('Users first').waitFor()
  await tabTo(page, 'Skip the tour')
  await page.keyboard.press('Enter')
  await tour.waitFor({ state: 'detached' })
  await paper.shop.breaks('slow-shelves')
  await page.getByRole('button', { name: 'Acknowledge' }).waitFor()
  await tabTo(page, 'Acknowledge')
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Milestones' }).getByText('● acknowledged').waitFor()
  await tabTo(page, 'Component')
  await page.keyboard.type('inventory')
  await page.keyboard.press('Tab')
  await page.keyboard.type('release')
  await tabTo(page, 'Name the cause')
  await page.keyboard.press('Enter')
  await page.getByText('That is it.').waitFor()
  await page.keyboard.press('ControlOrMeta+k')
  await page.getByRole('combobox', { name: 'Find anything' }).fill('roll back a serv')
  // Faster than the list, and taken for its future first entry.
  await page.keyboard.press('Enter')
  // The first field has the focus.
  await page.getByRole('region', { name: 'Actions' }).getByRole('combobox', { name: 'service' }).waitFor()
  await page.waitForFunction(() => document.activeElement instanceof HTMLSelectElement)
  await page.keyboard.type('inventory')
  await tabTo(page, 'Run')
  await page.keyboard.press('Enter')
  await page.getByText('inventory was rolled back from 1.5.0 to 1.4.0').first().waitFor()
  await paper.shop.recovers()
  await page.getByRole('link', { name: 'Go to the debrief' }).waitFor()
  await tabTo(page, 'Go to the debrief')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Debrief: Slow shelves' }).waitFor()
  await page.getByText(/^The cause was named after/).waitFor()
  const download = page.waitForEvent('download')
  await tabTo(page, 'Share: one file (HTML)')
  await page.keyboard.press('Enter')
  assert.equal((await download).suggestedFilename(), 'debrief-slow-shelves.html')
  await noSeriousViolations(page, 'the debrief')
  await page.context().close()
})

test('a drill on a telephone, from the catalogue to the debrief that is shared', { skip }, async () => {
  await paper.shop.calm()
  const page = await open(390, 844)
  await page.getByRole('button', { name: 'Skip the tour' }).click()
  await page.getByRole('button', { name: 'Start Slow shelves' }).click()
  await page.getByRole('timer', { name: 'Elapsed time' }).waitFor()
  await paper.shop.breaks('slow-shelves')
  await page.getByRole('button', { name: 'Acknowledge' }).click()
  await page.getByRole('figure').nth(3).locator('canvas').waitFor()
  await noSidewaysScroll(page, 'the room')
  await labelsApart(page, 'the room')
  await page.getByRole('button', { name: 'Pin Latency of browsing to the notes' }).click()
  await page.getByRole('textbox', { name: 'What it shows' }).fill('It begins here')
  await page.getByRole('button', { name: 'Pin', exact: true }).click()
  await page.getByText('Note: It begins here').waitFor()
  await paper.shop.customerWrites()
  await page.getByRole('tab', { name: 'Tickets 1 new' }).click()
  const tickets = page.getByRole('region', { name: 'Tickets' })
  await tickets
    .getByText(/It was product P00012/)
    .first()
    .waitFor()
  assert.match((await tickets.getByRole('link', { name: 'Trace of ticket 1' }).getAttribute('href')) ?? '', /^\/traces\/[0-9a-f]{32}$/)
  assert.match(
    (await tickets.getByRole('link', { name: 'Logs of ticket 1' }).getAttribute('href')) ?? '',
    /^\/logs\?trace=[0-9a-f]{32}&from=\d+&to=\d+$/,
  )
  await noSidewaysScroll(page, 'the room with a ticket')
  await noSeriousViolations(page, 'the room with a ticket')
  await tickets.getByText('Hand in a list of affected orders').click()
  await tickets.getByRole('textbox', { name: 'Order numbers' }).fill(' aaaaaaaa-1 \n bbbbbbbb-2 |')
  await tickets.getByRole('button', { name: 'Hand in 2' }).click()
  await tickets.getByText(/^Handed in: 2\./).waitFor()
  await noSidewaysScroll(page, 'the room with orders that are handed in')
  await noSeriousViolations(page, 'the room with orders that are handed in')
  await tickets.getByRole('button', { name: /^select \d+ open$/ }).click()
  await tickets.getByRole('button', { name: /^Answer/ }).click()
  await tickets.getByText('answered: Known problem').first().waitFor()
  await tickets.getByRole('checkbox', { name: 'Select ticket 1' }).check()
  await tickets.getByRole('button', { name: 'Close' }).click()
  await tickets.getByText('answered: Known problem · closed').waitFor()
  await page.locator('summary').getByText('no note yet').click()
  await page.getByRole('textbox', { name: 'What is broken' }).fill('Product pages are slow. The cause is not known yet.')
  await page.getByRole('textbox', { name: 'Since when' }).fill('this morning')
  await noSidewaysScroll(page, 'the room with a handover note')
  await noSeriousViolations(page, 'the room with a handover note')
  await page.getByRole('button', { name: 'Write the note' }).click()
  await page.getByText(/Handover note: What is broken/).waitFor()
  const notice = (of: Page) => of.getByRole('region', { name: 'Handover note' })
  await comesTo(() => notice(page).count(), 0, 'who wrote it has read it')
  // A responder joins late, and reads it first.
  const late = await open(390, 844)
  await late.getByRole('button', { name: 'Skip the tour' }).click()
  await late.goto(page.url())
  await notice(late).getByText('Product pages are slow. The cause is not known yet.').waitFor()
  await noSidewaysScroll(late, 'the room with a note to be read')
  await noSeriousViolations(late, 'the room with a note to be read')
  await notice(late).getByRole('button', { name: 'I have read it' }).click()
  await notice(late).waitFor({ state: 'detached' })
  await late.context().close()
  const actions = page.getByRole('region', { name: 'Actions' })
  await actions.getByRole('combobox', { name: 'Find an action' }).fill('roll back a serv')
  await actions.getByRole('option', { name: 'Roll back a service' }).click()
  await actions.getByRole('combobox', { name: 'service' }).selectOption('inventory')
  await actions.getByRole('button', { name: 'Run' }).click()
  await actions.getByText(/inventory was rolled back/).waitFor()
  await paper.shop.recovers()
  // A trainee who does not name the cause ends the drill by hand.
  await page.getByRole('button', { name: 'Finish' }).click()
  await page.getByRole('heading', { name: 'Debrief: Slow shelves' }).waitFor()
  await page.getByText(/^The cause was not named/).waitFor()
  await page.getByRole('region', { name: 'Affected orders' }).getByText('2 wrong').waitFor()
  const handing = page.getByRole('region', { name: 'Handing over' })
  await handing.getByText(/^Says since when: it does not say: it began at \d\d:\d\d UTC\.$/).waitFor()
  await handing.getByText('A better version').click()
  await noSeriousViolations(page, 'the debrief with a handover note')
  await noSidewaysScroll(page, 'the debrief')
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Share: one file (HTML)' }).click()
  await (await download).delete()
  await page.context().close()
})
