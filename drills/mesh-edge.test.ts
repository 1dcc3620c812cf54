import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import { injected } from '../test/injected.ts'
import { without } from './mesh-edge.ts'

const root = path.join(import.meta.dirname, '..')

test('of two faults on one edge, each revert removes its own, whichever is first', async () => {
  const edge = { from: 'gateway', to: 'catalog' } as const
  const ownOf = { 'http-abort': 'abort', 'http-delay': 'delay', 'network-partition': 'delay' } as const
  for (const [first, second] of [
    ['http-abort', 'http-delay'],
    ['http-delay', 'http-abort'],
    ['http-abort', 'network-partition'],
    ['network-partition', 'http-abort'],
  ] as const) {
    for (const isFirst of [true, false]) {
      const range = paperRange(root, 30)
      const own = { 'http-abort': { httpStatus: 500 }, 'http-delay': { delayMs: 50 }, 'network-partition': {} }
      const a = await injected(range, first, { ...edge, ...own[first] })
      const b = await injected(range, second, { ...edge, ...own[second] })
      await (isFirst ? a : b)()
      assert.deepEqual(Object.keys((await range.mesh.faultOn(edge)) ?? {}), [ownOf[isFirst ? second : first]])
      await (isFirst ? b : a)()
      assert.equal(await range.mesh.faultOn(edge), null)
    }
  }
})

test('an equal fault that was on an edge before is restored, and a marker of the affected calls is never left alone', () => {
  const delay = { fixedDelayMs: 50, jitterMs: 0, percent: 100 }
  const header = { name: 'x-user', value: 'a' }
  const own = ['delay', 'header'] as const
  assert.deepEqual(without({ delay: { ...delay, percent: 5 }, header }, { before: { delay }, own: [...own] }), { delay })
  assert.deepEqual(without({ delay, header, reset: { percent: 1 } }, { before: null, own: [...own] }), { reset: { percent: 1 } })
  assert.equal(without({ delay, header }, { before: null, own: ['delay'] }), null)
  assert.deepEqual(without({ delay }, { before: { reset: { percent: 1 } } }), { reset: { percent: 1 } }, 'a record of an earlier version')
})
