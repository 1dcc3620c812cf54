import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span } from '../../../model/telemetry.ts'
import { layOut, sharesOf } from './waterfall.ts'

const span = (spanId: string, parentSpanId: string, startUs: number): Span => ({
  traceId: 't',
  spanId,
  parentSpanId,
  name: spanId,
  kind: 'Internal',
  service: 's',
  startUs,
  durationUs: 1,
  status: 'Unset',
  statusMessage: '',
  attributes: {},
  resource: {},
  events: [],
})

test('children follow their parent by start, and orphans stand at the top', () => {
  const placed = layOut([span('c', 'a', 3), span('b', 'a', 2), span('a', '', 1), span('x', 'gone', 9), span('d', 'b', 4)])
  assert.deepEqual(
    placed.map(({ spanId, depth }) => [spanId, depth]),
    [
      ['a', 0],
      ['b', 1],
      ['d', 2],
      ['c', 1],
      ['x', 0],
    ],
  )
})

test('time belongs to the innermost span that is at work', () => {
  const timed = (id: string, parent: string, startUs: number, durationUs: number) => ({ ...span(id, parent, startUs), durationUs })
  const shares = sharesOf([
    timed('root', '', 0, 100),
    // At work at the same time for a while, and one beyond its parent's end.
    timed('left', 'root', 10, 30),
    timed('right', 'root', 30, 30),
    timed('late', 'root', 90, 50),
  ])
  assert.deepEqual(
    shares.map(({ name, selfUs }) => [name, selfUs]),
    [
      ['late', 50],
      ['root', 40],
      ['left', 30],
      ['right', 30],
    ],
  )
})
