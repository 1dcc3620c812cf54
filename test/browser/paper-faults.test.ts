import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator } from 'playwright-core'
import { PaperBrowser, skip } from './paper/browser.ts'
import { noSeriousViolations, onEachScreen } from './readable.ts'
import { comesTo } from './comes-to.ts'

/** The forms of faults and actions, over a simulated range. */
const paper = new PaperBrowser()

const helpOf = async (field: Locator) => {
  const id = await field.getAttribute('aria-describedby')
  return id === null ? null : field.page().locator(`[id="${id}"]`).textContent()
}

test('the form of a fault describes each parameter and its values, and what the range lacks for it', { skip }, async () => {
  Object.assign(paper.shop.served.bench.range, { lacks: ['cluster', 'mesh-instances'] })
  const page = await paper.open({ role: 'instructor', seenTour: true, viewport: { width: 1440, height: 900 } })
  await page.goto(`${paper.base}/instructor`)
  const faults = page.getByRole('region', { name: 'Break something' })
  await faults.getByText(/^mesh/).click()
  await faults.getByText('HTTP delay between two services', { exact: true }).click()
  const delay = faults.getByRole('spinbutton', { name: 'delay ms', exact: true })
  await comesTo(() => helpOf(delay), 'Added to each delayed request, in milliseconds. From 1 to 60,000.')
  const bounds = await Promise.all(['min', 'max', 'step'].map((name) => delay.getAttribute(name)))
  assert.deepEqual(bounds, ['1', '60000', '1'])
  const percent = faults.getByRole('spinbutton', { name: 'percent', exact: true }).first()
  await comesTo(() => percent.inputValue(), '100')
  assert.match((await helpOf(percent)) ?? '', /, in percent\. From 0 to 100\. Default: 100\.$/)

  await faults.getByText('A partition between two services', { exact: true }).click()
  const current = faults.getByRole('combobox', { name: 'instance' }).locator('option[value=current]')
  await comesTo(() => current.textContent(), 'current (the range has no mesh faults for one instance of a proxy)')
  await comesTo(() => current.isDisabled(), true)
  await faults.getByText('Connections that have gone bad').waitFor()
  await comesTo(() => faults.getByRole('button', { name: 'Inject Connections that have gone bad' }).count(), 0)
  await faults.getByText('It cannot be injected where the shop runs: the range has no mesh faults for one instance of a proxy.').waitFor()
  await faults.getByText(/^cluster 0 of \d+$/).waitFor()
  await noSeriousViolations(page, 'forms of faults')
  await onEachScreen(page, 'forms of faults', async () => {})
  await page.context().close()
})
