import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'

const kept = path.join(import.meta.dirname, 'looks')
const found = path.join(import.meta.dirname, '..', '..', '.cache', 'looks')
const madeWith = path.join(kept, 'made-with.json')
/** `FIREDRILL_LOOKS=keep` stores the current pictures. */
const keeps = process.env['FIREDRILL_LOOKS'] === 'keep'
/** Share of all pixels: less is a line that was rounded differently. */
const mostDifferent = 0.002
/** Content further down is a continued list. */
const tallest = 2_000
const settlesWithinMs = 10_000
const againAfterMs = 300

/** Compares pages with stored pictures. A picture has a sixth of the page's pixels: enough to see what moved, and small. */
export class Looks {
  readonly #differences: string[] = []
  readonly #context: TestContext
  #comparable: Promise<boolean> | undefined

  constructor(context: TestContext) {
    this.#context = context
  }

  /** Compares a page with the picture of that name; `assertKept` reports the differences. */
  async look(page: Page, name: string): Promise<void> {
    this.#comparable ??= isComparable(page, this.#context)
    if (!(await this.#comparable)) return
    const file = path.join(kept, `${name}.png`)
    if (keeps) return writeFileSync(file, small(await unmoved(page)))
    if (!existsSync(file)) return void this.#differences.push(`${name}: no picture is kept`)
    const before = PNG.sync.read(readFileSync(file))
    let now = await pictureOf(page)
    let difference = differenceOf(before, now)
    // Something may still be loading.
    for (const giveUpAt = performance.now() + settlesWithinMs; difference !== null && performance.now() < giveUpAt;) {
      await delay(againAfterMs)
      now = await pictureOf(page)
      difference = differenceOf(before, now)
    }
    if (difference === null) return rmSync(path.join(found, `${name}.png`), { force: true })
    mkdirSync(found, { recursive: true })
    writeFileSync(path.join(found, `${name}.png`), small(now))
    this.#differences.push(`${name}: ${difference}`)
  }

  /** Throws with all differences; the current pictures are in `.cache/looks`. */
  assertKept(): void {
    assert.deepEqual(
      this.#differences,
      [],
      `what these pages look like now is in .cache/looks; where it is right, FIREDRILL_LOOKS=keep node --test test/browser/looks.test.ts keeps it`,
    )
  }
}

/** The whole page; for one that renders only visible rows, the visible part. */
async function pictureOf(page: Page): Promise<PNG> {
  const { width, height } = await page.evaluate(() => ({
    width: window.innerWidth,
    height: document.querySelector('.virtual') ? window.innerHeight : document.documentElement.scrollHeight,
  }))
  const clip = { x: 0, y: 0, width, height: Math.min(height, tallest) }
  return PNG.sync.read(
    await page.screenshot({ fullPage: height > (page.viewportSize()?.height ?? 0), clip, animations: 'disabled', caret: 'hide' }),
  )
}

/** The page once nothing moves any more. */
async function unmoved(page: Page): Promise<PNG> {
  let now = await pictureOf(page)
  for (;;) {
    await delay(againAfterMs)
    const next = await pictureOf(page)
    if (next.data.equals(now.data)) return next
    now = next
  }
}

const small = (picture: PNG): Buffer => PNG.sync.write(picture, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 })

/** In words; null if the two are practically equal. */
function differenceOf(before: PNG, now: PNG): string | null {
  const { width, height } = before
  if (now.width !== width || now.height !== height) return `${now.width} × ${now.height} pixels, and was ${width} × ${height}`
  const differing = pixelmatch(before.data, now.data, undefined, width, height, { threshold: 0.2 })
  const share = differing / (width * height)
  return share > mostDifferent ? `${(share * 100).toFixed(2)} % of its pixels differ` : null
}

/** Pictures are for one browser with certain fonts: another renders every letter slightly differently. */
async function isComparable(page: Page, context: TestContext): Promise<boolean> {
  const here = {
    browser: /Chrome\/(\d+)/.exec(await page.evaluate(() => navigator.userAgent))?.[1] ?? '',
    /** The width of a text in the system's fonts. */
    widths: await page.evaluate(() => {
      const context = document.createElement('canvas').getContext('2d')
      return ['monospace', 'sans-serif', 'serif'].map((family) => {
        if (context) context.font = `40px ${family}`
        return Math.round(context?.measureText('The shop is healthy: 0.25 s ⌘ → ✓').width ?? 0)
      })
    }),
  }
  if (keeps) {
    mkdirSync(kept, { recursive: true })
    writeFileSync(madeWith, `${JSON.stringify(here, null, 2)}\n`)
    return true
  }
  const there: unknown = JSON.parse(readFileSync(madeWith, 'utf8'))
  if (isDeepStrictEqual(here, there)) return true
  context.diagnostic(`pictures are not compared: they were taken with ${JSON.stringify(there)}, and this is ${JSON.stringify(here)}`)
  return false
}
