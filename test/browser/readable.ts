import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** By all axe rules; or by that for contrast alone, which takes longest and depends on the theme, or by all others, which depend on the width. */
export async function noSeriousViolations(page: Page, what: string, rules: 'all' | 'contrast' | 'others' = 'all'): Promise<void> {
  // Three times as fast: in the page itself, because there are no frames, and without a list of passes.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  if (rules === 'contrast') axe.withRules(['color-contrast'])
  if (rules === 'others') axe.disableRules(['color-contrast'])
  const { violations } = await axe.analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    serious.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => node.target.join(' '))
          .slice(0, 3)
          .join(', ')}`,
    ),
    [],
    what,
  )
}

/** Nothing is wider than the window. */
export async function noSidewaysScroll(page: Page, what: string): Promise<void> {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  assert.ok(excess <= 0, `${what} is ${excess} pixels too wide`)
}

/** All text on a map or a graph is legible: nothing overlaps, and nothing is cut off. */
export async function labelsApart(page: Page, what: string): Promise<void> {
  const clashes = await page.evaluate(() => {
    const found: string[] = []
    const inside = (selector: string, labels: string) => {
      for (const host of document.querySelectorAll(selector)) {
        const frame = host.getBoundingClientRect()
        const all = [...host.querySelectorAll(labels)].map((label) => ({ text: label.textContent, box: label.getBoundingClientRect() }))
        all.forEach((one, index) => {
          if (one.box.left < frame.left - 1 || one.box.right > frame.right + 1) found.push(`${one.text} is cut`)
          for (const other of all.slice(index + 1)) {
            const apart =
              one.box.right <= other.box.left + 1 ||
              other.box.right <= one.box.left + 1 ||
              one.box.bottom <= other.box.top + 1 ||
              other.box.bottom <= one.box.top + 1
            if (!apart) found.push(`${one.text} lies over ${other.text}`)
          }
        })
      }
    }
    for (const box of document.querySelectorAll('.map .node'))
      if (box.scrollWidth > box.clientWidth + 1) found.push(`${box.textContent} does not fit into its box`)
    inside('.map > div', '.edge-label > span, .node')
    inside('.plot', '.marker-label')
    return found
  })
  assert.deepEqual(clashes, [], what)
}

const desk = { name: 'desk', width: 1440, height: 900 } as const
const phone = { name: 'phone', width: 390, height: 844 } as const
type Screen = typeof desk | typeof phone

/**
 * Loads a page once and checks it on a desktop and on a phone, and leaves it on the desktop: on each, after `look`, nothing is wider than the window
 * and every label is legible.
 */
export async function onEachScreen(page: Page, what: string, look: (screen: Screen) => Promise<unknown>): Promise<void> {
  for (const screen of [desk, phone]) {
    await page.setViewportSize(screen)
    await look(screen)
    await noSidewaysScroll(page, `${what}, ${screen.width} wide`)
    await labelsApart(page, `${what}, ${screen.width} wide`)
  }
  await page.setViewportSize(desk)
}

/** Waits until a page shows its content, and has finished loading. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole('heading').or(page.getByText('There is no such page')).first().waitFor()
  await page
    .getByText('Loading')
    .first()
    .waitFor({ state: 'detached' })
    .catch(() => {})
}
