import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DrillEvent } from '../../../../model/drill.ts'
import { lanesOf, rowsOf } from './lanes.ts'

const alert = (fingerprint: string) => ({
  fingerprint,
  name: `A${fingerprint}`,
  severity: 'page',
  summary: 'It burns',
  startsAt: '2026-01-01T00:00:00Z',
})
// Safe: the other fields are not used here.
const event = (at: number, more: Record<string, unknown>) => ({ id: at, drill: 'd', at, ...more }) as unknown as DrillEvent

test('a page lasts until it was resolved, or the end; one that fires again is listed twice', () => {
  const [pages] = lanesOf(
    [
      event(10, { type: 'page-received', alert: alert('1') }),
      event(12, { type: 'page-received', alert: alert('2') }),
      event(15, { type: 'page-received', alert: alert('1') }),
      event(20, { type: 'page-resolved', alert: alert('1') }),
      event(25, { type: 'page-resolved', alert: alert('never came') }),
      event(30, { type: 'page-received', alert: alert('1') }),
    ],
    50,
  )
  assert.equal(pages?.name, 'Pages')
  assert.deepEqual(
    pages.items.map(({ from, to }) => [from, to]),
    [
      [10, 20],
      [12, 50],
      [30, 50],
    ],
  )
  assert.deepEqual(
    rowsOf(pages.items).map((row) => row.map(({ from }) => from)),
    [[10, 30], [12]],
  )
})

test('actions are shown with their results, and empty lanes are left out', () => {
  const lanes = lanesOf(
    [
      event(1, { type: 'action-run', title: 'Restart', summary: 'done', ok: true, kind: 'change', harmful: null }),
      event(2, { type: 'action-run', title: 'Restart', summary: 'no', ok: false, kind: 'change', harmful: null }),
      event(3, { type: 'action-run', title: 'Drop', summary: 'gone', ok: true, kind: 'change', harmful: 'orders are lost' }),
      event(4, { type: 'action-run', title: 'Look', summary: '3 rows', ok: true, kind: 'inspect', harmful: null }),
      event(5, { type: 'cause-named', component: 'redis', category: 'cache', correct: false, sentence: '' }),
    ],
    9,
  )
  assert.deepEqual(
    lanes.map(({ name, items }) => [name, items.map(({ tone }) => tone)]),
    [
      ['Done', ['good', 'bad', 'bad', 'plain']],
      ['Cause named', ['bad']],
    ],
  )
})
