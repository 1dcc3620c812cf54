import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scrollback } from './scrollback.ts'

const text = ({ at, bytes }: { at: number; bytes: Buffer }) => [at, bytes.toString()]

test('output can be read from any position, in pieces', () => {
  const scrollback = new Scrollback()
  for (const piece of ['one\n', 'two\n', 'x'.repeat(5_000), 'end']) scrollback.push(Buffer.from(piece))
  assert.deepEqual(text(scrollback.from(0, 6)), [0, 'one\ntw'])
  assert.deepEqual(text(scrollback.from(6, 4)), [6, 'o\nxx'])
  assert.deepEqual(text(scrollback.from(5_008, 100)), [5_008, 'end'])
  assert.deepEqual(text(scrollback.from(scrollback.end, 100)), [5_011, ''])
  assert.deepEqual(text(scrollback.from(9_999, 100)), [5_011, ''], 'of a session before')
})

test('the last lines are kept complete, and a viewer who has lost more begins at a line', () => {
  const scrollback = new Scrollback({ mostLines: 10_000 })
  let all = ''
  for (let line = 0; line < 30_000; line++) {
    const said = `\u001b[1mline ${line}\u001b[0m\n`
    all += said
    scrollback.push(Buffer.from(said))
  }
  const { at, bytes } = scrollback.from(0, Infinity)
  const lines = bytes.toString().split('\n').length - 1
  assert.ok(lines >= 10_000 && lines < 10_600, `${lines} lines`)
  assert.equal(bytes.toString(), all.slice(at))
  assert.ok(bytes.toString().startsWith(`\u001b[1mline ${30_000 - lines}`))
})

test('output without lines is kept as far as there is room', () => {
  const scrollback = new Scrollback({ mostBytes: 1024 * 1024 })
  for (let piece = 0; piece < 100; piece++) scrollback.push(Buffer.alloc(64 * 1024, 'y'))
  const kept = scrollback.end - scrollback.start
  assert.ok(kept >= 1024 * 1024 && kept <= 1.1 * 1024 * 1024, String(kept))
})
