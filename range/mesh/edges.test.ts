import assert from 'node:assert/strict'
import { test } from 'node:test'
import { components } from '../topology.ts'
import { httpEdges, tcpEdges } from './edges.ts'

test('the edges of the mesh are those of the topology', () => {
  const drawn = components
    .filter(({ role }) => role === 'service')
    .flatMap(({ name, calls }) => calls.map((peer) => `${name} → ${peer}`))
    .toSorted()
  assert.deepEqual([...httpEdges, ...tcpEdges].map(({ from, to }) => `${from} → ${to}`).toSorted(), drawn)
})
