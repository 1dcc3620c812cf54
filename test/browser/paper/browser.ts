import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import type { TickedSampler } from '../../../control/replay/engine-bench.ts'
import { paperTokens } from '../../../control/replay/paper-context.ts'
import { findChromium } from '../../../range/binaries.ts'
import { PaperShop } from './shop.ts'

export const skip = findChromium() === null && 'there is no browser'

/** A simulated shop, and a browser that opens its console: for all tests of a file. They are available once the tests run. */
export class PaperBrowser {
  shop!: PaperShop
  base = ''
  #browser: Browser | undefined
  readonly #startsAt: number | undefined

  /**
   * @param startsAt the start time of the shop's clock, and of its pages' clocks, in milliseconds since the epoch; now by default.
   * @param measures measurements, instead of recordings.
   */
  constructor(startsAt?: number, measures?: TickedSampler) {
    this.#startsAt = startsAt
    before(async () => {
      if (skip) return
      this.shop = new PaperShop(startsAt, measures)
      this.base = await this.shop.open()
      this.#browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: ['--no-sandbox'] })
    })
    after(async () => {
      await this.#browser?.close()
      await this.shop?.[Symbol.asyncDispose]()
    })
  }

  /** A page of somebody who has just logged in; a page that throws fails the test. */
  async open({
    role = 'trainee',
    timeoutMs = 20_000,
    seenTour = false,
    ...options
  }: BrowserContextOptions & { role?: keyof typeof paperTokens; timeoutMs?: number; seenTour?: boolean }): Promise<Page> {
    assert.ok(this.#browser)
    const context = await this.#browser.newContext(options)
    if (this.#startsAt !== undefined) await context.clock.setFixedTime(this.shop.served.bench.now)
    // What is shown on the first visit is shown only to tests that ask for it.
    if (seenTour) await context.addInitScript(() => localStorage.setItem('firedrill.tour', 'seen'))
    const page = await context.newPage()
    page.setDefaultTimeout(timeoutMs)
    page.on('pageerror', (error) => assert.fail(`the page threw: ${error.message}`))
    await page.goto(`${this.base}/login#token=${paperTokens[role]}`)
    await page.getByRole('heading', { name: 'Scenarios' }).waitFor()
    return page
  }
}
