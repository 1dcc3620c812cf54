import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderNumbersIn } from '../model/affected.ts'
import { checkList, listInWords } from './affected.ts'

const idOf = (number: number) => `${String(number).padStart(8, 'a')}-0000-4000-8000-000000000000`
// One number is known twice.
const truth = { must: [1, 2, 3, 4, 4].map(idOf), may: [5, 6].map(idOf) }
const counts = (orders: string[]) => {
  const { listed, right, missing, wrong } = checkList('not-shipped', orders, truth)
  return { listed, right, missing, wrong }
}

test('a list is correct if it has the affected orders, and lacks only orders beyond doubt', () => {
  assert.deepEqual(counts([1, 2, 3, 4].map(idOf)), { listed: 4, right: 4, missing: 0, wrong: 0 })
  assert.deepEqual(counts([1, 5, 7].map(idOf)), { listed: 3, right: 2, missing: 3, wrong: 1 })
  const all = checkList('not-shipped', [9, 10, 11, 12, 13, 14].map(idOf), truth)
  assert.deepEqual(all.examples, { missing: [1, 2, 3, 4].map(idOf), wrong: [9, 10, 11, 12, 13].map(idOf) })
  assert.equal(listInWords(all), 'Paid and not shipped in time: 0 right, 4 missing, 6 wrong.')
})

test('an order counts once, in any case, and by its first eight digits', () => {
  assert.deepEqual(counts([idOf(1), idOf(1).toUpperCase(), idOf(1)]), { listed: 1, right: 1, missing: 3, wrong: 0 })
  assert.deepEqual(counts([idOf(2).slice(0, 8)]), { listed: 1, right: 1, missing: 3, wrong: 0 })
  assert.deepEqual(counts([idOf(2).slice(0, 7), `${idOf(2)}0`, '']), { listed: 3, right: 0, missing: 4, wrong: 3 })
})

test("numbers are found in psql's output, and in lists of any kind", () => {
  assert.deepEqual(orderNumbersIn(` ${idOf(1)}\n ${idOf(2)} |\n`), [idOf(1), idOf(2)])
  assert.deepEqual(orderNumbersIn(`'${idOf(1)}', "${idOf(2)}";`), [idOf(1), idOf(2)])
})
