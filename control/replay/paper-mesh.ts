import { serviceNames, type ServiceName } from '../../model/components.ts'
import type { EdgeFault, MeshEdge, MeshRevision } from '../../model/mesh.ts'
import type { Range } from '../../model/range.ts'
import { baselinePolicy } from '../../range/mesh/files.ts'
import { readForeignPolicy } from '../../range/mesh/policy-reader.ts'
import { mustBeUnchanged } from '../../range/unchanged.ts'

/** A simulated mesh: policies are parsed as in the real one, and no proxy receives them. */
export function paperMesh(root: string): Range['mesh'] {
  const now = { revisions: [] as MeshRevision[], edges: [] as (MeshEdge & { fault: EdgeFault })[] }
  let baseline: string | undefined
  const fresh = () => (baseline ??= baselinePolicy(root))
  const revise = (yaml: string, by: string): MeshRevision => {
    const revision = { revision: now.revisions.length + 1, at: new Date().toISOString(), by, yaml }
    now.revisions.push(revision)
    return revision
  }
  return {
    policy: async () => now.revisions.at(-1)?.yaml ?? fresh(),
    baseline: fresh,
    history: async () => [{ revision: 0, at: '', by: 'firedrill', yaml: fresh() }, ...now.revisions],
    async apply(yaml, by, ifIs) {
      mustBeUnchanged('policy of the mesh', now.revisions.at(-1)?.yaml ?? fresh(), ifIs)
      return revise(yaml, by)
    },
    check: async (yaml) => void (await readForeignPolicy(yaml)),
    reset: async () => void (now.revisions = []),
    instance: async (service) => `${service}-proxy`,
    faultOn: async ({ from, to }) => now.edges.find((one) => one.from === from && one.to === to)?.fault ?? null,
    faults: async () => now.edges,
    async setFault({ from, to }, fault) {
      now.edges = now.edges.filter((one) => one.from !== from || one.to !== to)
      if (fault) now.edges.push({ from, to, fault })
    },
    cacheFault: async () => null,
    setCacheFault: async () => {},
    identities: async () => serviceNames.map(identity),
    rotateDue: async () => {},
    issueIdentity: async (service) => identity(service),
  }
}

const identity = (service: ServiceName) => ({
  service,
  spiffeId: `spiffe://firedrill/ns/shop/sa/${service}`,
  issuer: 'firedrill',
  serial: '01',
  notBefore: new Date(0).toISOString(),
  notAfter: new Date(8.64e15).toISOString(),
  verified: true,
})
