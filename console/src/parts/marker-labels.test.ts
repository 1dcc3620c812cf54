import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeLabels } from './marker-labels.ts'

const measure = (text: string): number => text.length * 6
const marker = (x: number, label: string, kind: 'alert' | 'deploy' | 'action' = 'alert') => ({ x, label, kind })

test('a label is beside its line, on the other side if there is no room', () => {
  const [near, far] = placeLabels([marker(2, 'CheckoutLatencyBudgetBurn'), marker(395, 'inventory 1.5.0', 'deploy')], 400, measure)
  assert.deepEqual([near?.left, near?.text], [6, 'CheckoutLatencyBudgetBurn'])
  assert.deepEqual([far?.left, far?.text], [395 - 4 - 90, 'inventory 1.5.0'])
})

test('labels are complete, and none overlaps another', () => {
  let seed = 7
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
  for (let round = 0; round < 500; round++) {
    const width = 150 + random() * 700
    const markers = Array.from({ length: Math.ceil(random() * 25) }, (_, index) =>
      marker(
        random() * (width + 40) - 20,
        'x'.repeat(3 + Math.floor(random() * 40)) + index,
        (['alert', 'deploy', 'action'] as const)[index % 3],
      ),
    )
    const placed = placeLabels(markers, width, measure)
    placed.forEach(({ left, text }) => assert.ok(left >= 0 && left + measure(text) <= width, 'cut off'))
    placed.forEach((one, index) =>
      placed.slice(index + 1).forEach((other) => {
        if (one.row !== other.row) return
        assert.ok(one.left + measure(one.text) <= other.left || other.left + measure(other.text) <= one.left, 'over one another')
      }),
    )
  }
})

test('adjacent markers share a label; a repeated name is not repeated', () => {
  const placed = placeLabels(
    [marker(50, 'A'), marker(54, 'B'), marker(58, 'A'), marker(300, 'A'), marker(301, 'x', 'deploy')],
    400,
    measure,
  )
  assert.deepEqual(
    placed.map(({ text, all }) => [text, all]),
    [
      ['A +1', ['A', 'B']],
      ['x', ['x']],
    ],
  )
})

test('markers outside the plot, or without room, have no label', () => {
  assert.deepEqual(placeLabels([marker(-5, 'A'), marker(200, 'B')], 100, measure), [])
  assert.deepEqual(placeLabels([marker(50, 'a label that is too long')], 100, measure), [])
})
