import { serviceNames, type ServiceName } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import type { MeshRevision } from '../../../model/mesh.ts'
import type { Range } from '../../../model/range.ts'
import type { RangeContext } from '../../context.ts'
import { turns } from '../../in-turn.ts'
import { httpEdges } from '../../mesh/edges.ts'
import { validate } from '../../mesh/envoy/validation.ts'
import { hasRuntime } from '../../mesh/envoy/runtime.ts'
import { baselinePolicy, instanceOf, proxyFiles } from '../../mesh/files.ts'
import { readForeignPolicy } from '../../mesh/policy-reader.ts'
import { identityOf, isDue, issueIdentity } from '../../mesh/identity.ts'
import { switchRuntime, updateProxy } from './proxy-updates.ts'
import type { LocalTarget } from './target.ts'
import { mustBeUnchanged } from '../../unchanged.ts'

/** The mesh on this machine: replaces each proxy's files, in an order in which no request sees half of a change. */
export function localMesh(target: LocalTarget): Range['mesh'] {
  const { context, state } = target
  /** One change at a time. */
  const inTurn = turns()
  const push = (only?: readonly ServiceName[]) => refreshMesh(target, only)

  return {
    policy: async () => context.mesh().policy,
    baseline: () => baselinePolicy(context.root),
    history: async () => [{ revision: 0, at: '', by: 'firedrill', yaml: baselinePolicy(context.root) }, ...state.meshRevisions()],
    async check(yaml) {
      await readForeignPolicy(yaml)
      await requireTaken(context, yaml)
    },
    apply: (yaml, by, ifIs) =>
      inTurn(async () => {
        const before = context.mesh().policy
        mustBeUnchanged('policy of the mesh', before, ifIs)
        const record = (text: string, author: string, revision: number): MeshRevision => {
          const made = { revision, at: new Date().toISOString(), by: author, yaml: text }
          state.recordMeshRevision(made)
          return made
        }
        if (yaml === before) return state.meshRevisions().at(-1) ?? { revision: 0, at: '', by: 'firedrill', yaml }
        await requireTaken(context, yaml)
        // Another process may have changed it meanwhile: from here on nothing is awaited until it is written.
        mustBeUnchanged('policy of the mesh', context.mesh().policy, ifIs)
        const last = state.meshRevisions().at(-1)?.revision ?? 0
        const revision = record(yaml, by, last + 1)
        try {
          await push()
        } catch (error) {
          record(before, 'firedrill', last + 2)
          await push().catch(() => {})
          throw error
        }
        return revision
      }),

    reset: () =>
      inTurn(async () => {
        if (state.meshRevisions().length === 0) return
        state.forgetMeshRevisions()
        await push()
      }),

    instance: async (service) => instanceOf(context, service),
    faults: async () => state.meshFaults(),
    faultOn: async ({ from, to }) => state.meshFaults().find((known) => known.from === from && known.to === to)?.fault ?? null,
    setFault: ({ from, to }, fault) =>
      inTurn(async () => {
        if (!httpEdges.some((edge) => edge.from === from && edge.to === to)) {
          const known = httpEdges.map((edge) => `${edge.from} → ${edge.to}`).join(', ')
          throw new FiredrillError('bad-request', `${from} does not call ${to}: choose ${known}`)
        }
        const others = state.meshFaults().filter((known) => known.from !== from || known.to !== to)
        state.setMeshFaults(fault === null ? others : [...others, { from, to, fault }])
        await push([to])
      }),

    cacheFault: async () => state.cacheFault(),
    setCacheFault: (fault) =>
      inTurn(async () => {
        state.setCacheFault(fault)
        await Promise.all(serviceNames.filter(hasRuntime).map((service) => switchRuntime(target, service)))
      }),

    identities: async () =>
      (await Promise.all(serviceNames.map((service) => identityOf(context, service)))).filter((identity) => identity !== null),
    rotateDue: async () => {
      for (const service of serviceNames) {
        const identity = await identityOf(context, service)
        // Only a certificate that is still accepted is renewed.
        if (identity?.verified && isDue(identity)) await inTurn(() => issueIdentity(context, service))
      }
    },
    issueIdentity: (service, fault) =>
      inTurn(async () => {
        const identity = await issueIdentity(context, service, fault)
        state.setIdentityGeneration(service, (state.identityGenerations()[service] ?? 0) + 1)
        await push()
        return identity
      }),
  }
}

/** Makes Envoy validate it for every proxy, without applying it. A monitoring host has no Envoy: the shop's host is asked instead. */
async function requireTaken(context: RangeContext, yaml: string): Promise<void> {
  const proposed: RangeContext = { ...context, mesh: () => ({ ...context.mesh(), policy: yaml }) }
  const files = serviceNames.map((service) => proxyFiles(proposed, service))
  const { envoy } = context.binaries as Partial<typeof context.binaries>
  if (envoy) await validate(envoy, files, yaml)
}

/** Applies the current configuration to proxies (by default to all). */
export async function refreshMesh(target: LocalTarget, services: readonly ServiceName[] = serviceNames): Promise<void> {
  await Promise.all(services.map((service) => updateProxy(target, service, proxyFiles(target.context, service))))
}
