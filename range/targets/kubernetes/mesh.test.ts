import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectRoot } from '../../../control/paths.ts'
import type { Cluster } from './cluster.ts'
import { clusterMesh } from './mesh.ts'
import { StateMap } from './state.ts'

/** A cluster that applies changes after a delay. */
async function slowCluster(): Promise<{ cluster: Cluster; state: StateMap }> {
  const later = () => new Promise((resolve) => setImmediate(resolve))
  const cluster = { namespace: 'shop', read: async () => null, apply: later, names: async () => (await later(), []), remove: later }
  // Safe: only these methods are used here.
  const asked = cluster as unknown as Cluster
  return { cluster: asked, state: await StateMap.open(asked) }
}

test('of two changes of the same policy, the second is refused, and nothing of the first is lost', async () => {
  const { cluster, state } = await slowCluster()
  const mesh = clusterMesh({ cluster, state, root: projectRoot })
  const read = await mesh.policy()
  const both = await Promise.allSettled([
    mesh.apply(`# first\n${read}`, 'control plane', read),
    mesh.apply(`# second\n${read}`, 'reaper', read),
  ])
  assert.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
  assert.deepEqual(
    state.now.revisions.map(({ revision, by }) => [revision, by]),
    [[1, 'control plane']],
  )
})

test('simultaneous changes of different things are all kept', async () => {
  const { state } = await slowCluster()
  await Promise.all(
    (['orders', 'catalog', 'payments'] as const).map((service) =>
      state.change(({ overrides }) => ({ overrides: { ...overrides, [service]: { DB_POOL_MAX: '1' } } })),
    ),
  )
  assert.deepEqual(Object.keys(state.now.overrides).toSorted(), ['catalog', 'orders', 'payments'])
})
