import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { paperRange } from '../control/replay/paper-range.ts'
import type { Range } from '../model/range.ts'
import { endCanaryAction } from './actions/end-canary.ts'
import { endCanary, giveCanary } from './canary.ts'

const root = path.join(import.meta.dirname, '..')
const canary = { service: 'catalog', version: '1.12.0' } as const
interface Resource {
  kind: string
  metadata: { name: string }
  spec: { subsets?: object[]; http?: { route: { destination: { host: string; subset?: string }; weight?: number }[] }[] }
}
const resource = (policy: string, kind: string): Resource['spec'] | undefined =>
  parseAllDocuments(policy)
    // Safe: a policy consists of such resources.
    .map((document) => document.toJS() as Resource)
    .find((each) => each.kind === kind && each.metadata.name === canary.service)?.spec
/** The share of calls that a policy sends to the canary; null if it has none. */
function share(policy: string): number | null {
  const routes = resource(policy, 'VirtualService')?.http?.[0]?.route ?? []
  const total = routes.reduce((sum, { weight = 0 }) => sum + weight, 0)
  const own = routes.find(({ destination }) => destination.subset === 'canary')
  if (own) assert.equal(total, 100, 'every call goes somewhere')
  return own?.weight ?? null
}

/** The calls, in order. */
function watched(): { range: Range; done: string[] } {
  const range = paperRange(root, 30)
  const done: string[] = []
  const { apply } = range.mesh
  const { setCanary } = range.releases
  range.mesh.apply = async (yaml, by) => {
    done.push(`policy: ${share(yaml)}, by ${by}`)
    return apply(yaml, by)
  }
  range.releases.setCanary = async (given, by) => {
    done.push(`canary: ${given?.version ?? null}, by ${by}`)
    return setCanary(given, by)
  }
  return { range, done }
}

test('a canary runs before it gets calls, and its share can be changed', async () => {
  const { range, done } = watched()
  await giveCanary(range, canary, 20, 'Robin')
  assert.deepEqual(done.splice(0), ['policy: 0, by Robin', 'canary: 1.12.0, by Robin', 'policy: 20, by Robin'])
  await giveCanary(range, canary, 50, 'Sam')
  assert.deepEqual(done, ['policy: 50, by Sam'])
  assert.deepEqual(resource(await range.mesh.policy(), 'DestinationRule')?.subsets, [
    { name: 'stable', labels: { version: await range.releases.current('catalog') } },
    { name: 'canary', labels: { version: '1.12.0' } },
  ])
})

test('calls to a canary stop before it does, and then all go to one release', async () => {
  const { range, done } = watched()
  assert.equal(await endCanary(range, 'Robin'), null)
  assert.deepEqual(done, [])
  await giveCanary(range, canary, 20, 'Robin')
  done.length = 0
  assert.deepEqual(await endCanary(range, 'Sam'), canary)
  assert.deepEqual(done, ['policy: 0, by Sam', 'canary: null, by Sam', 'policy: null, by Sam'])
  const policy = await range.mesh.policy()
  assert.deepEqual(resource(policy, 'VirtualService')?.http?.[0]?.route, [{ destination: { host: 'catalog' } }])
  assert.equal(resource(policy, 'DestinationRule')?.subsets, undefined)
  assert.equal(await range.releases.canary(), null)
})

test('a canary may be removed together with its policy, restoring the previous one', async () => {
  const { range } = watched()
  const before = await range.mesh.policy()
  await giveCanary(range, canary, 20, 'Robin')
  await endCanary(range, 'Robin', before)
  assert.equal(await range.mesh.policy(), before)
})

test('the action that removes a canary says which one it was, and refuses if there is none', async () => {
  const { range } = watched()
  const run = () => endCanaryAction.run({ range, by: 'Robin' } as Parameters<typeof endCanaryAction.run>[0], {})
  await assert.rejects(run(), { code: 'conflict', message: 'no canary runs' })
  await giveCanary(range, canary, 20, 'Robin')
  const stable = await range.releases.current('catalog')
  assert.equal((await run()).summary, `the canary of catalog, 1.12.0, has ended; all calls go to ${stable}`)
})
