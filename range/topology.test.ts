import assert from 'node:assert/strict'
import { test } from 'node:test'
import { components, topology } from './topology.ts'

test('nobody is given up while what it waits for may still be starting', () => {
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
