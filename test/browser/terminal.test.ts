import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type Page } from 'playwright-core'
import { buildConsole } from '../../control/build-console.ts'
import { ownPorts, paperTokens } from '../../control/replay/paper-context.ts'
import { ServedBench } from '../../control/replay/served-bench.ts'
import { findChromium } from '../../range/binaries.ts'
import { jailTrouble } from '../../shell/possible.ts'
import { comesTo } from './comes-to.ts'

/** The real console, API and jail over a simulated range. */
const skip = (await jailTrouble()) ?? (findChromium() === null && 'there is no browser')
let served: ServedBench
let base = ''
let browser: Browser
let drill = ''

before(async () => {
  if (skip) return
  await buildConsole(() => {})
  served = new ServedBench({ trouble: jailTrouble, portBase: ownPorts() })
  await served.listen()
  base = `http://${served.host}`
  drill = await served.bench.start()
  browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
})
after(async () => {
  await browser?.close()
  await served?.[Symbol.asyncDispose]()
})

async function room({ width = 1440, height = 900, dark = false } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: base })
  await context.addInitScript(() => localStorage.setItem('firedrill.tour', 'seen'))
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error.message}`))
  await page.goto(`${base}/login#token=${paperTokens.trainee}`)
  await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
  await page.goto(`${base}/drills/${drill}`)
  await page.getByRole('button', { name: 'Terminal', exact: false }).waitFor()
  return page
}
const shows = (page: Page, text: string) => page.locator('.xterm-rows').getByText(text, { exact: false }).last().waitFor()
const run = async (page: Page, command: string, printed: string) => {
  await page.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.type(`${command}\n`)
  await shows(page, printed)
}

test('a terminal is opened by a key, and survives a reload and a lost connection', { skip }, async () => {
  const page = await room()
  await page.keyboard.press('Control+Backquote')
  await page.locator('.terminal-start').getByRole('button', { name: 'Open a terminal' }).click()
  await shows(page, 'oncall@shop')
  await run(page, 'echo "the sum is $((40 + 2))"', 'the sum is 42')
  await page.getByText('$ echo "the sum is').first().waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Terminal', exact: false }).waitFor()
  await page.keyboard.press('Control+Backquote')
  await shows(page, 'the sum is 42')
  const [shell] = served.shells.list()
  const cut = performance.now()
  for (const client of (await served.app).websocketServer.clients) client.terminate()
  shell?.session.type(Buffer.from('echo "meanwhile $((50 + 5))"\r'))
  await shows(page, 'meanwhile 55')
  assert.ok(performance.now() - cut < 5_000, `back after ${Math.round(performance.now() - cut)} ms`)
  assert.equal(served.shells.list().length, 1)
  const { violations } = await new AxeBuilder({ page }).include('.terminal-dock').analyze()
  assert.deepEqual(
    violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
    [],
  )
  await page.keyboard.press('Control+Backquote')
  await page.locator('.terminal-body').waitFor({ state: 'detached' })
})

test('a program’s output cannot write to the clipboard, or become part of the page', { skip }, async () => {
  const page = await room()
  await page.evaluate(() => navigator.clipboard.writeText('mine'))
  await page.keyboard.press('Control+Backquote')
  await run(
    page,
    String.raw`printf '\e]52;c;%s\a' "$(echo -n theirs | base64)"; printf '\e]0;<img src=x onerror=alert(1)>\a<b id=injected>bold</b>\n'; echo printed`,
    '<b id=injected>',
  )
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'mine')
  await comesTo(() => page.locator('#injected').count(), 0)
})

test('on a phone, in both themes, it fits and is legible', { skip }, async () => {
  for (const dark of [true, false]) {
    const page = await room({ width: 390, height: 844, dark })
    await page.getByRole('button', { name: 'Terminal', exact: true }).click()
    await run(page, 'tput cols', '$')
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(excess <= 0, `${excess} pixels too wide`)
    const columns = await page.evaluate(() => document.querySelectorAll('.xterm-rows > div').length)
    assert.ok(columns > 5)
    await page.context().close()
  }
})

test('when the drill ends the page says so, and the debrief plays the recording', { skip }, async () => {
  const page = await room()
  await page.goto(`${base}/terminal`)
  await shows(page, 'oncall@shop')
  await served.bench.engine.finish()
  await page.getByText('The terminal ended: the drill is over').waitFor()
  await page.goto(`${base}/drills/${drill}/debrief`)
  const terminals = page.getByRole('region', { name: 'Terminals' })
  await terminals.getByRole('button', { name: 'Watch' }).first().click()
  const moment = terminals.getByRole('slider', { name: 'Moment of the recording' })
  await moment.fill(String(await moment.getAttribute('max')))
  await shows(page, 'the sum is 42')
  // Earlier output is drawn again.
  await moment.fill('0')
  await page.locator('.cast-host').getByText('the sum is 42').waitFor({ state: 'detached' })
  await terminals.getByRole('combobox', { name: 'Speed' }).selectOption('5')
  await terminals.getByRole('button', { name: 'Play' }).click()
  await shows(page, 'the sum is 42')
})
