import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent } from '../model/drill.ts'
import { unexpectedPages } from './verify.ts'

test('a page is a surprise unless it is expected, allowed, or caused by the solution’s restarts, from then on', () => {
  const plan = {
    alerts: { expected: [{ name: 'BrowseLatencyBudgetBurn', or: ['BrowseErrorBudgetBurn'], within: 40_000 }], allowed: ['Checkout*'] },
    solution: [{ action: 'change-setting', params: { service: 'catalog', key: 'CACHE_TIMEOUT_MS', value: '20' }, why: '' }],
  } as unknown as Parameters<typeof unexpectedPages>[0]
  const page = (at: number, name: string, summary = ''): DrillEvent =>
    ({ type: 'page-received', at, alert: { fingerprint: `${at}`, name, severity: 'page', summary, startsAt: '' } }) as unknown as DrillEvent
  const surprises = (...events: DrillEvent[]) => unexpectedPages(plan, events, 1_000)
  assert.deepEqual(
    surprises(page(500, 'BrowseLatencyBudgetBurn'), page(550, 'BrowseErrorBudgetBurn'), page(600, 'CheckoutErrorBudgetBurn')),
    [],
  )
  assert.deepEqual(surprises(page(1_200, 'ComponentDown', 'catalog is down')), [])
  assert.deepEqual(surprises(page(900, 'ComponentDown', 'catalog is down')), ['ComponentDown'])
  assert.deepEqual(surprises(page(1_200, 'ComponentDown', 'orders is down'), page(1_300, 'ComponentDown', 'redis is down')), [
    'ComponentDown',
  ])
  const switched = {
    type: 'action-run',
    at: 1_100,
    kind: 'change',
    ok: true,
    summary: 'payments charges cards through the second provider',
  }
  const down = page(1_050, 'ComponentDown', 'payments is down')
  assert.deepEqual(surprises(down, switched as unknown as DrillEvent), [])
  assert.deepEqual(surprises(down, { ...switched, kind: 'inspect' } as unknown as DrillEvent), ['ComponentDown'])
  assert.deepEqual(surprises(down), ['ComponentDown'])
  assert.deepEqual(surprises(page(1_200, 'PricesOutdated', 'catalog is down')), ['PricesOutdated'])
})
