import type { Locator, Page } from 'playwright-core'

/** One thing that an engineer does on a page. */
interface Step {
  name: string
  act(page: Page): Promise<unknown>
}

export interface Visit {
  /** With its query. */
  address: string
  steps: Step[]
}

/** One interaction: total time, and of that before its handler began, in the handler, and from there to the paint; in milliseconds. */
export interface Felt {
  /** The page without its query, and the step. */
  where: string
  event: string
  ms: number
  waited: number
  handled: number
  painted: number
}

/** Between two keys, in milliseconds. */
const delay = 60

/** Clicks its middle. Playwright looks for it, and waits for it, before: its work must not be part of what is measured. */
const click = (name: string, find: (page: Page) => Locator): Step => ({
  name,
  async act(page) {
    const target = find(page).first()
    await target.scrollIntoViewIfNeeded()
    const box = await target.boundingBox()
    if (!box) throw new Error(`there is nothing to click: ${name}`)
    await settled(page)
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  },
})
const press = (name: string, keys: readonly string[], find?: (page: Page) => Locator): Step => ({
  name,
  async act(page) {
    if (find) await find(page).first().focus()
    await settled(page)
    for (const key of keys) await page.keyboard.press(key, { delay })
  },
})
const type = (name: string, words: string, find?: (page: Page) => Locator): Step => press(name, words.split(''), find)
const times = (count: number, key: string): string[] => Array.from({ length: count }, () => key)

const enlarge = click('enlarge a graph', (page) => page.getByRole('button', { name: /^Enlarge / }))
const shrink = click('shrink it', (page) => page.getByRole('button', { name: /^Show .* small$/ }))
const open = (place: string): Step =>
  click(`open ${place}`, (page) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place, exact: true }))
const findAction = (page: Page): Locator => page.getByRole('combobox', { name: 'Find an action' })

/** What is done on each page, with keys and clicks. */
export const visits = (drill: string, trace: string): Visit[] => [
  {
    address: `/drills/${drill}`,
    steps: [
      press('open the palette', ['Control+k']),
      type('type in the palette', 'redis'),
      press('close the palette', ['Escape']),
      press('open the palette again', ['Control+k']),
      press('move in the palette', times(5, 'ArrowDown')),
      press('close it again', ['Escape']),
      type('find an action', 'restart', findAction),
      press('clear it', ['Control+a', 'Backspace'], findAction),
      enlarge,
      shrink,
      type('write a note', 'it began at', (page) => page.getByRole('region', { name: 'Timeline' }).getByRole('textbox')),
      ...['Dashboards', 'Logs', 'Traces', 'Alerts', 'Map', 'Incident room'].map(open),
    ],
  },
  {
    address: '/dashboards/overview?range=15m',
    steps: [
      press('choose a range', ['ArrowUp'], (page) => page.getByRole('combobox', { name: 'Time range' })),
      enlarge,
      shrink,
      click('open a tab', (page) => page.getByRole('navigation', { name: 'Dashboards' }).getByRole('link', { name: 'Inventory' })),
    ],
  },
  { address: '/map', steps: [press('move the moment', times(5, 'ArrowLeft'), (page) => page.getByRole('slider', { name: 'Moment' }))] },
  {
    address: '/traces?range=15m',
    steps: [
      press('choose a service', ['ArrowDown'], (page) => page.getByRole('combobox', { name: 'Service' })),
      click('choose a route', (page) => page.getByRole('region', { name: 'By route' }).getByRole('button')),
      click('open a trace', (page) => page.getByRole('list', { name: 'Traces' }).getByRole('link')),
    ],
  },
  {
    address: `/traces/${trace}`,
    steps: [
      click('choose a span', (page) => page.getByRole('list', { name: 'Spans' }).getByRole('button')),
      press('move to the next spans', times(10, 'ArrowDown')),
    ],
  },
  {
    address: '/logs?range=15m',
    steps: [
      click('open a line', (page) => page.getByRole('list', { name: 'Log lines' }).getByRole('listitem').nth(1)),
      type('search for a word', 'timeout', (page) => page.getByRole('searchbox', { name: 'Words' })),
    ],
  },
  {
    address: '/explore?q=sum%20by%20(service)%20(rate(http_requests_total%5B30s%5D))',
    steps: [click('ask why', (page) => page.getByRole('button', { name: 'Why is this high?' }))],
  },
  { address: '/', steps: [type('find a scenario', 'redis', (page) => page.getByRole('searchbox'))] },
]

/** Makes the visits, and returns the interactions of 16 ms or more, by the browser's Event Timing, in steps of 8 ms. @param base the console's address. */
export async function feel(page: Page, base: string, all: readonly Visit[]): Promise<Felt[]> {
  await page.addInitScript(watchEvents)
  const felt: Felt[] = []
  for (const { address, steps } of all) {
    await page.goto(`${base}${address}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await settled(page)
    const where = address.split('?')[0]?.replace(/[0-9a-f-]{32,}/, '…') ?? address
    for (const { name, act } of steps) {
      await page.evaluate(() => ((window as unknown as Watched).felt.length = 0))
      await act(page)
      await settled(page)
      const found = await page.evaluate(() => (window as unknown as Watched).felt)
      felt.push(...found.map((one) => ({ ...one, where: `${where}: ${name}` })))
    }
  }
  return felt
}

/** Waits until the browser is idle: what was done has been painted, and reported. */
const settled = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let time = 0; time < 3; time++) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 1_000 }))
    }
  })

interface Watched {
  felt: Omit<Felt, 'where'>[]
}

/** Runs in the page. */
function watchEvents(): void {
  const felt: Watched['felt'] = []
  ;(window as unknown as Watched).felt = felt
  new PerformanceObserver((list) => {
    // Safe: only these are observed.
    for (const {
      name,
      startTime,
      processingStart,
      processingEnd,
      duration,
      interactionId,
    } of list.getEntries() as PerformanceEventTiming[]) {
      if (!interactionId) continue
      const [waited, handled] = [Math.round(processingStart - startTime), Math.round(processingEnd - processingStart)]
      felt.push({ event: name, ms: duration, waited, handled, painted: Math.round(duration - waited - handled) })
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
}
