import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import type { KubernetesObject } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { FiredrillError } from '../../../model/errors.ts'
import type { Cluster } from './cluster.ts'
import { generatedManifests } from './deploy.ts'
import { handmadeOf } from './handmade.ts'
import type { StateMap } from './state.ts'

const root = path.join(import.meta.dirname, '..', '..', '..')
type Live = KubernetesObject & { spec: { replicas: number } }

const manifest = parseAllDocuments(generatedManifests(root)['base/catalog.yaml'] ?? '')
  .map((document) => document.toJS() as Live)
  .find(({ kind }) => kind === 'Deployment')

/** A cluster with only the Deployment of catalog, whose status a controller writes before each of the first `writes` changes. */
function clusterWith(writes: number, spec: Partial<Live['spec']>) {
  let version = 1
  let left = writes
  let live = { ...manifest, spec: { ...manifest?.spec, ...spec } } as Live
  const now = (): Live => ({ ...live, metadata: { ...live.metadata, uid: 'u', resourceVersion: String(version) } })
  const cluster = {
    autoscalers: async () => [],
    list: async (_apiVersion: string, kind: string) => (kind === 'Deployment' ? [now()] : []),
    read: async () => now(),
    async replace(object: Live, { dryRun }: { dryRun: boolean }) {
      if (left-- > 0) version++
      if (object.metadata?.resourceVersion !== String(version)) throw new FiredrillError('outdated', 'the object has been modified')
      if (!dryRun) live = { ...object }
      return object
    },
    apply: async () => {},
    forgetUpdates: async () => {},
  } as unknown as Cluster
  const state = { now: { deployments: [], overrides: {}, revisions: [] } } as unknown as StateMap
  const settled = async () => {}
  return { shop: handmadeOf({ cluster, state, root, settled }), live: () => live }
}

test('changes by hand are listed and undone, although a controller writes meanwhile', async () => {
  const { shop, live } = clusterWith(3, { replicas: 3 })
  assert.deepEqual(await shop.handmade(), ['Deployment catalog'])
  const busy = clusterWith(2, { replicas: 3 })
  await busy.shop.undoHandmade()
  assert.deepEqual([live().spec.replicas, busy.live().spec.replicas], [3, 1])
  assert.deepEqual(await busy.shop.handmade(), [])
})

test('an object that changes continually is a failure, and does not count as unchanged', async () => {
  await assert.rejects(clusterWith(100, {}).shop.handmade(), { code: 'outdated' })
})
