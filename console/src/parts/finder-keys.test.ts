import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moved } from './finder-keys.ts'

const groups = [['a', 'b'], ['c'], ['d', 'e']]
const press = (key: string, selected: string | null, held: 'altKey' | 'ctrlKey' | 'metaKey' | null = null, from = groups) =>
  moved({ key, altKey: false, ctrlKey: false, metaKey: false, ...(held && { [held]: true }) }, from, selected)

test('arrows go from entry to entry, and round', () => {
  assert.equal(press('ArrowDown', 'b'), 'c')
  assert.equal(press('ArrowUp', 'c'), 'b')
  assert.equal(press('ArrowDown', 'e'), 'a')
  assert.equal(press('ArrowUp', 'a'), 'e')
})

test('without a selection, an arrow selects the first or the last', () => {
  assert.equal(press('ArrowDown', null), 'a')
  assert.equal(press('ArrowUp', null), 'e')
})

test('Home and End, and arrows with Meta, go to the first and the last; arrows with Alt from group to group', () => {
  assert.equal(press('Home', 'd'), 'a')
  assert.equal(press('End', 'b'), 'e')
  assert.equal(press('ArrowUp', 'd', 'metaKey'), 'a')
  assert.equal(press('ArrowDown', 'b', 'metaKey'), 'e')
  assert.equal(press('ArrowDown', 'a', 'altKey'), 'c')
  assert.equal(press('ArrowUp', 'e', 'altKey'), 'c')
  assert.equal(press('ArrowDown', 'd', 'altKey'), 'e', 'in the last group, an arrow')
})

test('Control with N, J, P and K are arrows; these letters alone, and other keys, are not', () => {
  assert.deepEqual([press('n', 'a', 'ctrlKey'), press('j', 'a', 'ctrlKey')], ['b', 'b'])
  assert.deepEqual([press('p', 'b', 'ctrlKey'), press('k', 'b', 'ctrlKey')], ['a', 'a'])
  for (const key of ['n', 'j', 'p', 'k', 'ArrowLeft', 'Tab', 'x']) assert.equal(press(key, 'a'), undefined, key)
})

test('in an empty list, nothing is selected', () => {
  for (const key of ['ArrowDown', 'ArrowUp', 'Home', 'End']) assert.equal(press(key, null, null, []), null, key)
})
