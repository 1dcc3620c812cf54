import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCast } from './cast.ts'

const lines = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('\n')

test('pauses are shortened, and an incomplete line is left out', () => {
  const text = lines({ version: 2, width: 100, height: 30 }, [1, 'o', 'a'], [61, 'o', 'b'], [61.5, 'r', '80x24'], [62, 'i', 'typed'])
  assert.deepEqual(readCast(`${text}\n[63,"o","cu`), {
    cols: 100,
    rows: 30,
    length: 3.5,
    events: [
      {
        at: 1,
        kind: 'o',
        text: 'a',
      },
      {
        at: 3,
        kind: 'o',
        text: 'b',
      },
      {
        at: 3.5,
        kind: 'r',
        text: '80x24',
      },
    ],
  })
})

test('an invalid recording is refused', () => {
  assert.throws(() => readCast('hello'))
  assert.throws(() => readCast('{"version":1}'), /version 2/)
})
