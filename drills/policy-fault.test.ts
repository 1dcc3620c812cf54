import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import { faultById } from './faults/registry.ts'
import { injected } from '../test/injected.ts'
import { editPolicy } from './mesh-policy.ts'
import { documentsOf } from '../model/yaml/read.ts'
import { takeBack } from './policy-fault.ts'

const root = path.join(import.meta.dirname, '..')

const read = (yaml: string) => documentsOf(yaml).map((document): unknown => document.toJS())
const withTimeout = (yaml: string, timeout: string) =>
  editPolicy(yaml, 'VirtualService', 'catalog', (document) => document.setIn(['spec', 'http', 0, 'timeout'], timeout))

test('changes of the policy by others are kept when a fault is reverted', async () => {
  for (const [id, params] of [
    ['tight-timeout', { to: 'payments', timeoutMs: 5 }],
    ['tight-breaker', { to: 'catalog' }],
    ['loose-retries', { to: 'catalog' }],
    ['mtls-mismatch', { to: 'catalog' }],
  ] as const) {
    const range = paperRange(root, 30)
    const before = await range.mesh.policy()
    const takeOut = await injected(range, id, params)
    assert.notEqual(await range.mesh.policy(), before)
    await range.mesh.apply(withTimeout(await range.mesh.policy(), '7s'), 'a trainee')
    for (const _ of ['once', 'twice']) {
      await takeOut()
      assert.deepEqual(read(await range.mesh.policy()), read(withTimeout(before, '7s')), id)
    }
  }
})

test('of two faults in the policy, each revert removes its own, whichever is first', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const range = paperRange(root, 30)
    const before = await range.mesh.policy()
    const takeOut = [
      await injected(range, 'loose-retries', { to: 'payments' }),
      await injected(range, 'tight-timeout', { to: 'payments', timeoutMs: 5 }),
    ]
    await takeOut[order[0] ?? 0]?.()
    assert.match(await range.mesh.policy(), order[0] === 0 ? /timeout: 5ms/ : /attempts: 10/)
    assert.doesNotMatch(await range.mesh.policy(), order[0] === 0 ? /attempts: 10/ : /timeout: 5ms/)
    await takeOut[order[1] ?? 0]?.()
    assert.deepEqual(read(await range.mesh.policy()), read(before))
  }
})

test('a fault that somebody has already corrected is not reverted again', async () => {
  const range = paperRange(root, 30)
  const before = await range.mesh.policy()
  const takeOut = await injected(range, 'tight-timeout', { to: 'catalog', timeoutMs: 5 })
  const corrected = withTimeout(before, '1s')
  await range.mesh.apply(corrected, 'a trainee')
  const revision = (await range.mesh.history())[0]?.revision
  await takeOut()
  assert.equal(await range.mesh.policy(), corrected)
  assert.equal((await range.mesh.history())[0]?.revision, revision, 'nothing is applied where nothing is left')
})

test('an undo record of an earlier version restores the whole policy', async () => {
  const range = paperRange(root, 30)
  const before = await range.mesh.policy()
  await injected(range, 'tight-timeout', { to: 'catalog', timeoutMs: 5 })
  await faultById('tight-timeout').revert({ range }, { before })
  assert.equal(await range.mesh.policy(), before)
})

test('if the rest is invalid by itself, the fault is reverted all the same', async () => {
  const range = paperRange(root, 30)
  const before = await range.mesh.policy()
  const takeOut = await injected(range, 'tight-timeout', { to: 'catalog', timeoutMs: 5 })
  const { apply } = range.mesh
  await range.mesh.apply(`${await range.mesh.policy()}# seen\n`, 'a trainee')
  range.mesh.apply = async (yaml, by) => {
    if (yaml !== before) throw new Error('spec.http[0]: a route without a destination')
    return apply(yaml, by)
  }
  await takeOut()
  assert.equal(await range.mesh.policy(), before)
  range.mesh.apply = async () => Promise.reject(new Error('the mesh is gone'))
  const other = paperRange(root, 30)
  const stuck = await injected(other, 'tight-timeout', { to: 'catalog', timeoutMs: 5 })
  other.mesh.apply = async () => Promise.reject(new Error('the mesh is gone'))
  await assert.rejects(stuck(), /the mesh is gone/)
})

test('a document that the fault added is removed with it, unless somebody has edited it', () => {
  const before = 'kind: VirtualService\nmetadata: { name: a }\nspec: { x: 1 }\n'
  const added = 'kind: VirtualService\nmetadata: { name: b }\nspec: { x: 1 }\n'
  const record = { before, injected: `${before}---\n${added}` }
  const other = 'kind: VirtualService\nmetadata: { name: c }\nspec: { x: 1 }\n'
  const left = takeBack(`${record.injected}---\n${other}`, record)
  assert.match(left, /name: c/)
  assert.doesNotMatch(left, /name: b/)
  const edited = `${before}---\n${added.replace('x: 1', 'x: 2')}`
  assert.equal(takeBack(edited, record), edited)
})

test('what the fault removed is restored where there is still room for it, and lists of another length are replaced as a whole', () => {
  const record = {
    before: 'kind: A\nmetadata: { name: a }\nspec: { inner: { budget: 1, other: 2 }, list: [1, 2] }\n',
    injected: 'kind: A\nmetadata: { name: a }\nspec: { inner: { other: 2 }, list: [1] }\n',
  }
  const read = (yaml: string) => yaml.replaceAll(/\s+/g, ' ').trim()
  assert.match(
    read(takeBack(record.injected.replace('other: 2', 'other: 3'), record)),
    /inner: \{ other: 3, budget: 1 \}, list: \[ ?1, 2 ?\]/,
  )
  const without = 'kind: A\nmetadata: { name: a }\nspec: { list: [ 5 ] }\n'
  assert.equal(takeBack(without, record), without)
})

test('reverting a canary keeps others’ changes of the policy since', async () => {
  const range = paperRange(root, 30)
  const before = await range.mesh.policy()
  const takeOut = await injected(range, 'canary-release', { service: 'catalog', version: '1.7.0-rc1', percent: 10 })
  assert.match(await range.mesh.policy(), /weight: 10/)
  await range.mesh.apply(withTimeout(await range.mesh.policy(), '7s').replace('weight: 10', 'weight: 25'), 'a trainee')
  await takeOut()
  assert.equal(await range.releases.canary(), null)
  assert.deepEqual(read(await range.mesh.policy()), read(withTimeout(before, '7s')))
})
