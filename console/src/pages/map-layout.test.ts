import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layOut, spreadEdges, upstreamOf } from './map-layout.ts'

const part = (name: string, ...calls: string[]) => ({ name, title: name, role: 'service', calls })
const parts = [
  { ...part('users', 'front'), role: 'load' },
  part('front', 'orders', 'shelf'),
  part('orders', 'shelf', 'store', 'gone'),
  part('shelf', 'store'),
  part('store'),
  part('alone'),
]

test('a column for each step away from the users, the longest way counts', () => {
  const columns = Object.fromEntries([...layOut(parts)].map(([name, { column }]) => [name, column]))
  assert.deepEqual(columns, { users: 0, front: 1, orders: 2, shelf: 3, store: 4, alone: 0 })
})

test('a worker stands next to those it calls', () => {
  const worker = part('worker', 'shelf', 'store')
  assert.equal(layOut([...parts, worker]).get('worker')?.column, 2)
  assert.equal(layOut([...parts, { ...worker, role: 'load' }]).get('worker')?.column, 0)
})

test('calls to one part arrive side by side', () => {
  const spread = spreadEdges(parts, layOut(parts))
  const arrivals = ['front shelf', 'orders shelf'].map((edge) => spread.get(edge)?.arrives)
  assert.deepEqual(arrivals.toSorted(), [1 / 3, 2 / 3])
  assert.equal(spread.get('orders gone'), undefined)
})

test('no two parts lie in one place', () => {
  const places = [...layOut(parts).values()].map(({ column, row }) => `${column},${row}`)
  assert.equal(new Set(places).size, parts.length)
})

test('calls in a circle have an end', () => {
  assert.equal(layOut([part('a', 'b'), part('b', 'a')]).size, 2)
  assert.deepEqual([...upstreamOf([part('a', 'b'), part('b', 'a')], new Set(['a']))].toSorted(), ['a', 'b'])
})

test('what is broken reaches all who depend on it, and nobody else', () => {
  assert.deepEqual([...upstreamOf(parts, new Set(['shelf']))].toSorted(), ['front', 'orders', 'users'])
  assert.deepEqual([...upstreamOf(parts, new Set())], [])
})
