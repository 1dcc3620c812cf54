import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inSlices, jsonInSlices } from './in-slices.ts'

test('slices are processed in order, and other work runs between them', async () => {
  const seen: unknown[] = []
  let isDone = false
  const others = () => {
    if (isDone) return
    seen.push('another')
    setImmediate(others)
  }
  setImmediate(others)
  const working = inSlices([1, 2, 3, 4, 5], 2, (slice) => {
    seen.push(slice)
    return slice.length
  })
  assert.deepEqual(await working, [2, 2, 1])
  isDone = true
  assert.deepEqual(
    seen.filter((one, index) => one !== 'another' || seen[index - 1] !== 'another'),
    [[1, 2], 'another', [3, 4], 'another', [5], ...(seen.at(-1) === 'another' ? ['another'] : [])],
  )
  assert.deepEqual(await inSlices([], 2, String), [])
})

test('JSON written in slices equals JSON written at once', async () => {
  const rest = { title: 'a "title"', nothing: undefined, deep: { list: [1, null] } }
  for (const count of [0, 1, 250, 251, 1_000]) {
    const items = Array.from({ length: count }, (_, id) => ({ id, text: 'é"', none: undefined }))
    assert.deepEqual(JSON.parse((await jsonInSlices(rest, 'events', items)).text), JSON.parse(JSON.stringify({ ...rest, events: items })))
  }
  assert.equal((await jsonInSlices({}, 'events', [1])).text, '{"events":[1]}')
})
