import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LucideIcon } from 'lucide-react'
import { matching, scoreOf } from './palette-entries.ts'

const entry = (name: string, hint?: string) => ({ name, ...(hint && { hint }), icon: null as unknown as LucideIcon, to: `/${name}` })
const pages = { title: 'Pages', entries: [entry('Map'), entry('Traces'), entry('Logs')] }
const components = { title: 'Components', entries: Array.from({ length: 20 }, (_, index) => entry(`redis-${index}`)) }
const actions = { title: 'Actions', entries: [entry('Check the cache', 'looks only'), entry('Restart redis', 'changes the shop')] }

test('without a query, every group is listed in order, and hidden entries are counted', () => {
  const found = matching([pages, actions, components], ' ')
  assert.deepEqual(
    found.map(({ title, entries, more }) => [title, entries.length, more]),
    [
      ['Pages', 3, 0],
      ['Actions', 2, 0],
      ['Components', 5, 15],
    ],
  )
})

test('the group with the best match comes first, and its best match first of all', () => {
  const found = matching([pages, actions, components], 'redis-1')
  assert.deepEqual([found.length, found[0]?.title, found[0]?.entries[0]?.name, found[0]?.more], [1, 'Components', 'redis-1', 3])
  assert.deepEqual(
    matching([actions, components], 'redis').map(({ title }) => title),
    ['Components', 'Actions'],
  )
})

test('a hint and the name of the group are searched as well', () => {
  assert.deepEqual(
    matching([pages, actions], 'actions cache').flatMap(({ entries }) => entries.map(({ name }) => name)),
    ['Check the cache'],
  )
  assert.deepEqual(
    matching([pages, actions], 'looks only').flatMap(({ entries }) => entries.map(({ name }) => name)),
    ['Check the cache'],
  )
  assert.deepEqual(matching([pages, actions], 'no such thing'), [])
})

test('all words have to match, in any order', () => {
  assert.equal(scoreOf('Roll back a service', 'roll back'), 1)
  assert.equal(scoreOf('Roll back a service', 'back'), 0.8)
  assert.equal(scoreOf('Roll back a service', 'service back'), 0.5)
  assert.equal(scoreOf('Roll back a service', 'back queue'), 0)
})
