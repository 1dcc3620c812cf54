import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangeFeatures } from '../model/range.ts'
import { requireSupported, resolveFault } from './resolved-fault.ts'

const edge = { from: 'gateway', to: 'inventory' }

test('a fault is resolved with its defaults, its target and what the range lacks for it', () => {
  const resolved = resolveFault('http-delay', { ...edge, delayMs: 100 }, { lacks: ['mesh', 'cluster'] })
  assert.equal(resolved.fault.id, 'http-delay')
  assert.deepEqual(resolved.params, { ...edge, delayMs: 100, percent: 100, header: '', jitterMs: 0 })
  assert.equal(resolved.target, 'what is injected between gateway and inventory')
  assert.deepEqual(resolved.lacked, ['mesh'])
  assert.deepEqual(resolveFault('noop', {}, { lacks: rangeFeatures }).lacked, [])
})

test('what the range lacks depends on the parameters', () => {
  const lacked = (instance?: string) => resolveFault('network-partition', { ...edge, instance }, { lacks: ['mesh-instances'] }).lacked
  assert.deepEqual(lacked(), [])
  assert.deepEqual(lacked('current'), ['mesh-instances'])
})

test('an unknown fault and wrong parameters are refused, with the name of the parameter', () => {
  assert.throws(() => resolveFault('no-such', {}, { lacks: [] }), { code: 'not-found' })
  assert.throws(() => resolveFault('http-delay', { ...edge, delayMs: 0 }, { lacks: ['mesh'] }), {
    code: 'bad-request',
    message: /^http-delay: delayMs: /,
  })
  assert.throws(() => resolveFault('load-spike', 'many', { lacks: [] }), { code: 'bad-request', message: /^load-spike: params: / })
})

test('what the range lacks is described in words', () => {
  const need = (lacks: (typeof rangeFeatures)[number][]) => () => requireSupported(resolveFault('http-reset', edge, { lacks }))
  assert.doesNotThrow(need(['cluster']))
  assert.throws(need(['mesh', 'edge-reset']), {
    code: 'unsupported',
    message: 'http-reset cannot be injected where the shop runs: the range has no service mesh and no connection resets in the mesh',
  })
})
