import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Excerpt } from './excerpt.ts'

test('both ends are kept, in whatever chunks they arrive, and what is left out is counted', () => {
  const all = Buffer.from(Array.from({ length: 10_000 }, (_, line) => `${line}\n`).join(''))
  for (const size of [1, 7, 99, 100, 101, 1_000, all.length]) {
    const excerpt = new Excerpt(100)
    for (let at = 0; at < all.length; at += size) excerpt.push(all.subarray(at, at + size))
    const { text, leftOut } = excerpt.read()
    assert.equal(leftOut, all.length - 200, `pieces of ${size}`)
    assert.equal(text, `${all.subarray(0, 100)}\n… ${leftOut} bytes left out …\n${all.subarray(-100)}`)
    assert.equal(excerpt.tail(10), all.subarray(-10).toString())
  }
})

test('output within the limit is unchanged', () => {
  const excerpt = new Excerpt(100)
  for (const piece of ['a\n', 'b\n', 'c']) excerpt.push(Buffer.from(piece))
  assert.deepEqual(excerpt.read(2), { text: 'a\nb', leftOut: 0 })
  assert.equal(excerpt.tail(3), 'b\nc')
})
