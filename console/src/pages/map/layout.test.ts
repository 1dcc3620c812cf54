import assert from 'node:assert/strict'
import { test } from 'node:test'
import { topology } from '../../../../range/topology.ts'
import { layOut, smoothPath, upstreamOf, type Box } from './layout.ts'
import { isOfShop } from './part.ts'

const part = (name: string, ...calls: string[]) => ({ name, title: name, role: 'service', calls })
const overlap = (a: Box, b: Box): boolean =>
  Math.abs(a.x - b.x) < (a.width + b.width) / 2 - 0.5 && Math.abs(a.y - b.y) < (a.height + b.height) / 2 - 0.5

for (const direction of ['LR', 'TB'] as const) {
  test(`in the map of the whole shop, drawn ${direction}, no part and no label overlaps another, and all are inside`, () => {
    const parts = Object.values(topology)
      .filter(isOfShop)
      .map(({ name, title, role, calls }) => ({ name, title, role, calls: [...calls] }))
    assert.ok(parts.length > 8)
    const { nodes, edges, width, height } = layOut(parts, direction)
    const boxes = [...nodes]
      .map(([name, box]) => ({ name, box }))
      .concat(edges.map(({ from, to, label }) => ({ name: `${from} → ${to}`, box: label })))
    assert.equal(boxes.length, parts.length + edges.length)
    boxes.forEach((one, index) => {
      assert.ok(one.box.x - one.box.width / 2 >= 0 && one.box.x + one.box.width / 2 <= width + 1, `${one.name} is outside`)
      assert.ok(one.box.y - one.box.height / 2 >= 0 && one.box.y + one.box.height / 2 <= height + 1, `${one.name} is outside`)
      for (const other of boxes.slice(index + 1)) assert.ok(!overlap(one.box, other.box), `${one.name} lies over ${other.name}`)
    })
  })
}

test('calls lead away from the users; circular calls, calls to oneself and to unknown parts are no problem', () => {
  const { nodes, edges } = layOut([part('users', 'front'), part('front', 'store', 'front', 'gone'), part('store', 'front')], 'LR')
  assert.ok((nodes.get('users')?.x ?? 0) < (nodes.get('front')?.x ?? 0))
  assert.deepEqual(edges.map(({ from, to }) => `${from} ${to}`).toSorted(), ['front store', 'store front', 'users front'])
})

test('all dependents of a broken part are found, direct or indirect', () => {
  const parts = [part('users', 'front'), part('front', 'shelf'), part('shelf', 'store'), part('store'), part('alone')]
  assert.deepEqual([...upstreamOf(parts, new Set(['store']))].toSorted(), ['front', 'shelf', 'users'])
  assert.deepEqual([...upstreamOf([part('a', 'b'), part('b', 'a')], new Set(['a']))].toSorted(), ['a', 'b'])
})

test('a path begins and ends where its points do', () => {
  const at = (x: number, y: number) => ({ x, y })
  assert.equal(smoothPath([at(0, 0), at(10, 5)]), 'M0,0 L10,5')
  assert.equal(smoothPath([at(0, 0), at(10, 0), at(20, 10)]), 'M0,0 Q10,0 15,5 L20,10')
  assert.equal(smoothPath([]), '')
})
