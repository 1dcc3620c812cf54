import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { baselinePolicy } from '../../mesh/files.ts'
import type { Range } from '../../../model/range.ts'
import type { Cluster } from './cluster.ts'
import { generatedManifests } from './deploy.ts'
import { namespace } from './pod.ts'
import { isWorkload, workloads } from './ports.ts'
import { deployedBy, type StateMap } from './state.ts'

type Tree = Record<string, unknown>
interface Wanted {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace: string; labels?: Record<string, string> }
  spec: Tree & { replicas?: number; template?: Tree & { metadata?: Tree } }
}
type Found = KubernetesObject & { spec?: Wanted['spec'] }

interface Options {
  cluster: Cluster
  state: StateMap
  root: string
  settled(name: (typeof workloads)[number]): Promise<void>
}

/** Of an object, what the API server or a controller has said, or nobody can change. */
const serversOwn: Record<string, string[]> = {
  Service: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'],
  StatefulSet: ['volumeClaimTemplates'],
}
const changeable = new Set(['Deployment', 'StatefulSet', 'Service', 'NetworkPolicy'])

/** What whoever is on call has changed of the shop's objects with a client of their own, which keeps no record of it: told by comparison with the manifests. */
export function handmadeOf({ cluster, state, root, settled }: Options): Pick<NonNullable<Range['cluster']>, 'handmade' | 'undoHandmade'> {
  function wanted(): Wanted[] {
    const files = generatedManifests(root, deployedBy(state.now, root))
    const texts = ['base/network-policies.yaml', ...workloads.map((name) => `base/${name}.yaml`)].map((file) => files[file] ?? '')
    const policy = state.now.revisions.at(-1)?.yaml ?? baselinePolicy(root)
    return [...texts.flatMap(documents).filter(({ kind }) => changeable.has(kind)), ...documents(policy)]
  }

  /** As it would be by its manifest alone; null where it is that already, or is not there. */
  async function differing(manifest: Wanted, scaled: ReadonlySet<string>): Promise<{ manifest: Wanted; put: Found } | null> {
    const live = await cluster.read<Found>(manifest).catch((error: unknown) => {
      // Without a mesh, the API server knows nothing of its kinds.
      if (manifest.apiVersion.includes('istio')) return null
      throw error
    })
    if (live === null || live.spec === undefined) return null
    const put = putBack(manifest, live, scaled.has(manifest.metadata.name))
    const made = await cluster.replace<Found>(put, { dryRun: true })
    return isDeepStrictEqual(told(made), told(live)) ? null : { manifest, put }
  }
  async function all(): Promise<{ manifest: Wanted; put: Found }[]> {
    const scaled = new Set((await cluster.autoscalers()).flatMap(({ metadata }) => metadata?.name ?? []))
    return (await Promise.all(wanted().map((manifest) => differing(manifest, scaled)))).filter((found) => found !== null)
  }

  return {
    handmade: async () => (await all()).map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`).toSorted(),
    async undoHandmade() {
      const found = await all()
      for (const { manifest, put } of found) {
        await cluster.replace(put, { dryRun: false })
        const { replicas } = put.spec ?? {}
        await cluster.apply(replicas === undefined ? manifest : { ...manifest, spec: { ...manifest.spec, replicas } })
        await cluster.forgetUpdates(manifest)
      }
      for (const { manifest } of found) if (isWorkload(manifest.metadata.name)) await settled(manifest.metadata.name)
    },
  }
}

const documents = (text: string): Wanted[] =>
  parseAllDocuments(text).map((document) => {
    // Safe: made by us, or checked against the schemas of Istio.
    const found = document.toJS() as Wanted
    return { ...found, metadata: { ...found.metadata, namespace } }
  })

/** Of annotations, what controllers and clients keep there for themselves. */
const keptAnnotations = /^(deployment|kubectl)\.kubernetes\.io\//

/** Whether there are any is asked of what runs, and how many of an autoscaler; annotations of the pods say when they were restarted. */
function putBack(manifest: Wanted, live: Found, scaled: boolean): Found {
  const spec: Wanted['spec'] = { ...manifest.spec }
  for (const field of serversOwn[manifest.kind] ?? []) if (live.spec?.[field] !== undefined) spec[field] = live.spec[field]
  if (spec.replicas !== undefined && (scaled || (live.spec?.replicas ?? 1) <= 1)) spec.replicas = live.spec?.replicas ?? 1
  const restarted = live.spec?.template?.metadata?.['annotations']
  if (spec.template && restarted !== undefined)
    spec.template = { ...spec.template, metadata: { ...spec.template.metadata, annotations: restarted } }
  const annotations = Object.fromEntries(Object.entries(live.metadata?.annotations ?? {}).filter(([name]) => keptAnnotations.test(name)))
  const labels = manifest.metadata.labels ?? live.metadata?.labels
  return {
    apiVersion: manifest.apiVersion,
    kind: manifest.kind,
    metadata: { ...live.metadata, annotations, ...(labels ? { labels } : {}) },
    spec,
  } as Found
}

const told = ({ metadata, spec }: Found): unknown =>
  JSON.parse(JSON.stringify({ labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, spec }))
