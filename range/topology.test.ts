import assert from 'node:assert/strict'
import { test } from 'node:test'
import { components, stopOrder, topology } from './topology.ts'

test('no component’s deadline expires while its dependencies may still be starting', () => {
  for (const { name, role, calls, startDeadlineMs } of components) {
    if (role !== 'service') continue
    for (const callee of calls.map((each) => topology[each])) {
      if (callee.role !== 'datastore') continue
      assert.ok(
        startDeadlineMs > callee.startDeadlineMs,
        `${name} is given up after ${startDeadlineMs} ms, ${callee.name} after ${callee.startDeadlineMs} ms`,
      )
    }
  }
})

test('each component is stopped once: those that restart others first, the datastores last', () => {
  assert.deepEqual(stopOrder.flat().toSorted(), Object.keys(topology).toSorted())
  assert.deepEqual(stopOrder.slice(0, 2), [['supervisor'], ['reaper']])
  const at = (name: keyof typeof topology) => stopOrder.findIndex((group) => group.includes(name))
  for (const { name, role, calls } of components) {
    if (role === 'service') for (const callee of calls) if (topology[callee].role === 'datastore') assert.ok(at(name) < at(callee), name)
  }
})
