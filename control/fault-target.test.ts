import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultById } from '../drills/faults/registry.ts'
import { targetOf } from './fault-target.ts'

const target = (id: string, params: unknown) => targetOf(faultById(id), faultById(id).params.parse(params))

test('two releases of one service have the same target, those of two services do not', () => {
  assert.equal(
    target('bad-release', { service: 'inventory', version: '1.5.0' }),
    target('bad-release', { version: '1.6.0', service: 'inventory' }),
  )
  assert.notEqual(
    target('bad-release', { service: 'inventory', version: '1.5.0' }),
    target('bad-release', { service: 'catalog', version: '1.5.0' }),
  )
})

test('the strength or duration of a fault does not change its target', () => {
  assert.equal(target('load-spike', { users: 60 }), target('load-spike', { users: 100 }))
  assert.equal(target('redis-delay', { delayMs: 25 }), target('redis-delay', { delayMs: 500 }))
})
