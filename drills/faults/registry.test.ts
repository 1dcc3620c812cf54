import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultCategories } from '../../model/fault.ts'
import { rangeFeatures, type RangeFeature } from '../../model/range.ts'
import { faultById, faults, lackedFor } from './registry.ts'

test('each fault is found by its id, and the error for an unknown one lists them all', () => {
  for (const fault of faults) assert.equal(faultById(fault.id), fault)
  assert.equal(new Set(faults.map(({ id }) => id)).size, faults.length)
  assert.throws(() => faultById('no-such'), {
    code: 'not-found',
    message: /^there is no fault 'no-such': choose noop, .*, cluster-app-protocol$/,
  })
})

test('what a fault needs and the range lacks is reported, for given parameters or for any', () => {
  const lacked = (id: string, params: object, lacks: readonly RangeFeature[]) => lackedFor(faultById(id), params, { lacks })
  const params = { from: 'gateway', to: 'inventory', delayMs: 100 }
  assert.deepEqual(lacked('http-delay', params, []), [])
  assert.deepEqual(lacked('http-delay', params, ['cluster', 'mesh']), ['mesh'])
  assert.deepEqual(lacked('worn-connections', {}, rangeFeatures), ['mesh', 'mesh-instances'])
  assert.deepEqual(lacked('worn-connections', { kind: 'break-off' }, ['edge-reset']), ['edge-reset'])
  assert.deepEqual(lacked('noop', {}, rangeFeatures), [])
})

test('what a fault needs is known without its parameters', () => {
  for (const fault of faults) assert.doesNotThrow(() => lackedFor(fault, {}, { lacks: rangeFeatures }), fault.id)
})

test('each fault of a cluster needs a cluster', () => {
  for (const { id, category, needs } of faults) if (category === 'cluster') assert.ok(needs?.({} as never)?.includes('cluster'), id)
})

test('each fault has a title, an effect and a category, and what can ramp is one of its parameters', () => {
  for (const { id, title, effect, category, params, ramps = [] } of faults) {
    assert.ok(title.length > 3 && effect.length > 3, id)
    assert.ok(faultCategories.includes(category), id)
    const shape = 'shape' in params ? Object.keys(params.shape as object) : []
    for (const ramp of ramps) assert.ok(shape.includes(ramp), `${id}: ${ramp}`)
  }
})
