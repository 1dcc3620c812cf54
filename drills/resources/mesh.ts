import type { ServiceName } from '../../model/components.ts'
import type { CacheFault, EdgeFault, MeshEdge } from '../../model/mesh.ts'
import { policyHash } from '../mesh-policy.ts'
import { defineResource, forEach, listed } from './resource.ts'

/** With its history: one trainee's changes would be a hint for the next. */
export const meshPolicy = defineResource<{ policy: string; revisions: number }>({
  id: 'mesh-policy',
  title: "the mesh's policy",
  after: ['proxies', 'canary'],
  async read(range) {
    const [policy, history] = await Promise.all([range.mesh.policy(), range.mesh.history()])
    return { policy, revisions: history.filter(({ revision }) => revision > 0).length }
  },
  differs: ({ policy, revisions }, range) =>
    policy === range.mesh.baseline() && revisions === 0 ? null : `the policy has been changed (${revisions} revisions)`,
  restore: (range) => range.mesh.reset(),
  print: ({ policy }) => policyHash(policy),
})

export const edgeFaults = defineResource<(MeshEdge & { fault: EdgeFault })[]>({
  id: 'edge-faults',
  title: 'faults on edges of the mesh',
  after: ['proxies'],
  read: (range) => range.mesh.faults(),
  differs: (found) => listed(found.map(({ from, to }) => `${from} → ${to}`)),
  restore: (range, found) => forEach(found, ({ from, to }) => range.mesh.setFault({ from, to }, null)),
})

export const cacheFault = defineResource<CacheFault | null>({
  id: 'cache-fault',
  title: 'the fault on the way to the cache',
  after: ['proxies'],
  isOn: (range) => !range.lacks.includes('cache-proxy'),
  read: (range) => range.mesh.cacheFault(),
  differs: (found) => (found === null ? null : 'it is in'),
  restore: (range) => range.mesh.setCacheFault(null),
})

export const certificates = defineResource<ServiceName[]>({
  id: 'certificates',
  title: 'certificates of the mesh',
  after: ['proxies'],
  isOn: (range) => !range.lacks.includes('certificates'),
  read: async (range) => (await range.mesh.identities()).filter(({ verified }) => !verified).map(({ service }) => service),
  differs: (found) => listed(found.map((service) => `that of ${service} is refused`)),
  restore: (range, found) => forEach(found, (service) => range.mesh.issueIdentity(service)),
})
