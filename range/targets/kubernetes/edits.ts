import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { FiredrillError } from '../../../model/errors.ts'
import type { ServiceName } from '../../../model/components.ts'
import type { ManifestEdit, ManifestKind, ManifestRef, Range } from '../../../model/range.ts'
import { setRolePassword } from '../../components/postgres.ts'
import type { RangeContext } from '../../context.ts'
import type { Cluster } from './cluster.ts'
import { generatedManifests } from './deploy.ts'
import { handmadeOf } from './handmade.ts'
import { anyObject, objectsIn } from './manifest.ts'
import { objectsOf } from './objects.ts'
import { isWorkload, type Workload } from './ports.ts'
import { deployedBy, type StateMap } from './state.ts'
import { undoOf } from './undo.ts'
import { namespace } from './names.ts'
import { databasesSecret } from './pod.ts'

type ClusterObjects = NonNullable<Range['cluster']>

interface Options {
  cluster: Cluster
  state: StateMap
  root: string
  /** The port at which the agent reaches the shop's database. */
  context: RangeContext
  /** Waits for the rollout of a workload. */
  settled(name: Workload): Promise<void>
  restart(service: ServiceName): Promise<void>
}

const apiVersions: Record<ManifestKind, string> = {
  Deployment: 'apps/v1',
  Service: 'v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  Sidecar: 'networking.istio.io/v1',
}
/** Kinds that the manifests may lack: an object that somebody created is deleted. */
const optional: ReadonlySet<ManifestKind> = new Set(['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'Sidecar'])
/** Kinds that the API server has as custom resources, and for which it accepts no strategic merge patches. */
const foreign: ReadonlySet<ManifestKind> = new Set(['Sidecar'])
const header = ({ kind, name }: ManifestRef) => ({ apiVersion: apiVersions[kind], kind, metadata: { name, namespace } })
const databasesHeader = { apiVersion: 'v1', kind: 'Secret', metadata: { name: databasesSecret, namespace } }
const quotaHeader = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'shop', namespace } }

/** Changes of the cluster's objects by hand: lists them, makes them, and resets them to the manifests. */
export const manifestsOf = (options: Options): ClusterObjects => ({
  ...objectsOf(options.cluster),
  ...editsOf(options),
  ...handmadeOf(options),
  ...quotaOf(options),
  deletePods: (service) => options.cluster.deletePods(service, 0),
  ...credentialsOf(options),
})

function editsOf({ cluster, state, root, settled }: Options): Pick<ClusterObjects, 'edits' | 'edit' | 'sync'> {
  /** Undefined if the manifests have none. */
  const manifestOf = ({ kind, name }: ManifestRef): Record<string, unknown> | undefined => {
    const files = generatedManifests(root, deployedBy(state.now, root))
    const file = kind === 'NetworkPolicy' ? 'base/network-policies.yaml' : `base/${name}.yaml`
    const text = files[file]
    if (text === undefined) throw new FiredrillError('not-found', `there is no manifest of ${name}`)
    return objectsIn(anyObject, text, file).find((found) => found.kind === kind && found.metadata.name === name)
  }
  const isOf =
    ({ kind, name }: ManifestRef) =>
    (edit: ManifestRef) =>
      edit.kind === kind && edit.name === name

  return {
    edits: async () => state.now.edits,
    async edit(edit) {
      const same = (other: ManifestEdit) => isDeepStrictEqual(other, edit)
      await state.change(({ edits }) => ({ edits: [...edits.filter((other) => !same(other)), edit] }))
      const object = { ...edit.patch, ...header(edit) }
      if (foreign.has(edit.kind) || (await cluster.read(header(edit))) === null) await cluster.apply(object)
      else await cluster.edit(object)
    },
    async sync(ref) {
      const manifest = manifestOf(ref)
      const mine = isOf(ref)
      if (manifest) {
        for (const { patch } of state.now.edits.filter(mine)) await cluster.edit({ ...undoOf(patch, manifest), ...header(ref) })
        await cluster.apply(manifest)
      } else if (optional.has(ref.kind)) await cluster.remove(header(ref))
      else throw new FiredrillError('not-found', `there is no manifest of ${ref.kind} ${ref.name}`)
      await state.change(({ edits }) => ({ edits: edits.filter((edit) => !mine(edit)) }))
      if (ref.kind === 'Deployment' && isWorkload(ref.name)) await settled(ref.name)
    },
  }
}

const quotaOf = ({ cluster, state }: Options): Pick<ClusterObjects, 'quota' | 'setQuota'> => ({
  quota: async () => state.now.quota,
  async setQuota(pods) {
    await state.change(() => ({ quota: pods }))
    if (pods === null) await cluster.remove(quotaHeader)
    else await cluster.apply({ ...quotaHeader, spec: { hard: { pods: String(pods) } } })
  },
})

function credentialsOf({
  cluster,
  state,
  context,
  restart,
}: Options): Pick<ClusterObjects, 'rotated' | 'rotateCredential' | 'restoreCredential'> {
  async function setPassword(service: ServiceName, password: string | null): Promise<void> {
    await setRolePassword(context, service, password ?? context.config.passwords.postgres)
    await cluster.edit({ ...databasesHeader, stringData: { [service]: password ?? context.config.passwords.postgres } } as never)
  }

  return {
    rotated: async () => state.now.rotated,
    async rotateCredential(service) {
      await state.change(({ rotated }) => ({ rotated: [...new Set([...rotated, service])] }))
      await setPassword(service, randomBytes(18).toString('base64url'))
    },
    async restoreCredential(service) {
      await setPassword(service, null)
      // Pods that started meanwhile have the new one.
      await restart(service)
      await state.change(({ rotated }) => ({ rotated: rotated.filter((other) => other !== service) }))
    },
  }
}
