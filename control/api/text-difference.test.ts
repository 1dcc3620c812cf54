import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textDifference } from './text-difference.ts'

test('each line is reported once, as added, removed or unchanged', () => {
  assert.deepEqual(textDifference('a\nb\nc\n', 'a\nB\nc\n'), [
    { kind: 'same', text: 'a' },
    { kind: 'removed', text: 'b' },
    { kind: 'added', text: 'B' },
    { kind: 'same', text: 'c' },
  ])
  assert.deepEqual(textDifference('', 'a\n'), [{ kind: 'added', text: 'a' }])
})

test('texts with little in common are compared quickly, and no line is lost', () => {
  const before = `first\n${Array.from({ length: 2_000 }, (_, line) => `old ${line}\n`).join('')}last\n`
  const after = `first\n${Array.from({ length: 2_000 }, (_, line) => `new ${line % 7}\n`).join('')}last\n`
  const startedAt = performance.now()
  const told = textDifference(before, after)
  assert.ok(performance.now() - startedAt < 200, `${Math.round(performance.now() - startedAt)} ms`)
  const side = (without: string) => told.flatMap(({ kind, text }) => (kind === without ? [] : [`${text}\n`])).join('')
  assert.equal(side('added'), before)
  assert.equal(side('removed'), after)
  assert.deepEqual(
    [told[0], told.at(-1)],
    [
      { kind: 'same', text: 'first' },
      { kind: 'same', text: 'last' },
    ],
  )
})
