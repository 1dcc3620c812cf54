import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../../control/replay/paper-range.ts'
import { clusterOf } from '../cluster-edit.ts'
import { topology } from '../../range/topology.ts'
import { injected } from '../../test/injected.ts'

const root = path.join(import.meta.dirname, '..', '..')

for (const service of ['gateway', 'orders', 'fulfilment'] as const)
  test(`the Sidecar resource of ${service} leaves out one dependency, and no other`, async () => {
    const range = paperRange(root, 30)
    const revert = await injected(range, 'cluster-egress', { service, without: 'inventory' })
    const [edit] = await clusterOf(range).edits()
    const { egress } = (edit?.patch['spec'] ?? { egress: [] }) as { egress: { hosts: string[] }[] }
    const listed = egress.flatMap(({ hosts }) => hosts).map((host) => host.replace(/^\.\/|\..*$|\/\*$/g, ''))
    const calls: readonly string[] = topology[service].calls
    assert.deepEqual(listed.toSorted(), [...calls.filter((name) => name !== 'inventory'), 'agent', 'istio-system'].toSorted())
    await revert()
    assert.deepEqual(await clusterOf(range).edits(), [])
  })
