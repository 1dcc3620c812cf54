import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitted } from './fit.ts'

const size = (value: unknown) => JSON.stringify(value).length

test('a short answer is unchanged', () => {
  const value = { a: [1, 2], b: null, c: undefined }
  assert.deepEqual(fitted(value, 100), { value, leftOut: [] })
})

test('Prometheus’s series: whole series if they fit, and the start of one that is too long', () => {
  const series = (name: string, count: number) => ({ metric: { name }, values: Array.from({ length: count }, (_, at) => [at, String(at)]) })
  const answer = (...result: unknown[]) => ({ status: 'success', data: { resultType: 'matrix', result } })
  const many = fitted(answer(...Array.from({ length: 100 }, (_, index) => series(`m${index}`, 20))), 5_000)
  assert.ok(size(many.value) <= 5_000 && size(many.value) > 4_000)
  assert.match(many.leftOut.join(), /^\d+ of 100 in data\.result$/)
  const long = fitted(answer(series('m', 10_000), series('n', 1)), 5_000)
  assert.ok(size(long.value) <= 5_000 && size(long.value) > 4_000)
  assert.match(long.leftOut.join(), /of 10000 in data\.result\.values,1 of 2 in data\.result/)
})

test('a text is never cut inside a character or an escape', () => {
  for (const text of ['😀'.repeat(500), '"'.repeat(1_000), '\u0000'.repeat(1_000), 'é\n'.repeat(500)])
    for (let most = 80; most < 150; most++) {
      const { value } = fitted({ text, more: 1 }, most)
      assert.ok(size(value) <= most, `${size(value)} > ${most}`)
      const kept = (value as { text: string }).text.slice(0, -1)
      assert.ok(text.startsWith(kept) && !/[\uD800-\uDBFF]$/.test(kept))
    }
})

test('many large members share the room, and small ones are unchanged', () => {
  const value = {
    first: 'a'.repeat(5_000),
    small: 1,
    list: Array.from({ length: 1_000 }, (_, index) => index),
    last: { deep: ['b'.repeat(5_000)] },
  }
  const cut = fitted(value, 1_000).value as typeof value
  assert.ok(size(cut) <= 1_000 && size(cut) > 900)
  assert.deepEqual([Object.keys(cut), cut.small], [Object.keys(value), 1])
})
