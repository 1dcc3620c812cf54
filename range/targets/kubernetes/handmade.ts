import { isDeepStrictEqual } from 'node:util'
import type { KubernetesObject } from '@kubernetes/client-node'
import { z } from 'zod'
import { baselinePolicy } from '../../mesh/files.ts'
import { FiredrillError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import type { Cluster } from './cluster.ts'
import { generatedManifests } from './deploy.ts'
import { anyObject, objectsIn } from './manifest.ts'
import { namespace } from './names.ts'
import { isWorkload, workloads } from './ports.ts'
import { deployedBy, type StateMap } from './state.ts'

const wantedObject = anyObject.extend({
  spec: z
    .looseObject({
      replicas: z.number().optional(),
      template: z.looseObject({ metadata: z.record(z.string(), z.unknown()).optional() }).optional(),
    })
    .default({}),
})
type Wanted = z.output<typeof wantedObject>
type Found = KubernetesObject & { spec?: Wanted['spec'] }

interface Options {
  cluster: Cluster
  state: StateMap
  root: string
  settled(name: (typeof workloads)[number]): Promise<void>
}

/** Fields that the API server or a controller writes, or that nobody can change. */
const serversOwn: Record<string, string[]> = {
  Service: ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'],
  StatefulSet: ['volumeClaimTemplates'],
}
const changeable = new Set(['Deployment', 'StatefulSet', 'Service', 'NetworkPolicy'])

/** Objects of the shop that somebody has changed with another client, which keeps no record: found by comparison with the manifests. */
export function handmadeOf({ cluster, state, root, settled }: Options): Pick<NonNullable<Range['cluster']>, 'handmade' | 'undoHandmade'> {
  let last: { of: string; wanted: Wanted[] } | null = null
  /** Versions of objects that equalled their manifests, so that an unchanged object is not checked again. */
  const good = new Map<string, string>()

  function wanted(): Wanted[] {
    const { deployments, overrides, revisions } = state.now
    const of = JSON.stringify([deployments, overrides, revisions.at(-1)])
    if (last?.of !== of) {
      last = { of, wanted: manifestsNow() }
      good.clear()
    }
    return last.wanted
  }

  function manifestsNow(): Wanted[] {
    const files = generatedManifests(root, deployedBy(state.now, root))
    const ours = ['base/network-policies.yaml', ...workloads.map((name) => `base/${name}.yaml`)]
    const policy = state.now.revisions.at(-1)?.yaml ?? baselinePolicy(root)
    const ofShop = ({ kind, metadata }: Wanted) => changeable.has(kind) && isWorkload(metadata.name)
    return [...ours.flatMap((file) => documents(files[file] ?? '', file)).filter(ofShop), ...documents(policy, 'the policy of the mesh')]
  }

  /** The object as its manifest alone would make it; null if it equals that already. */
  async function differing(manifest: Wanted, live: Found, scaled: ReadonlySet<string>): Promise<{ manifest: Wanted; put: Found } | null> {
    const isScaled = scaled.has(manifest.metadata.name)
    const { uid, generation, resourceVersion, labels, annotations } = live.metadata ?? {}
    const key = `${manifest.kind} ${manifest.metadata.name}`
    const now = JSON.stringify([uid, generation ?? resourceVersion, labels, annotations, isScaled])
    if (good.get(key) === now) return null
    const put = putBack(manifest, live, isScaled)
    const made = await cluster.replace<Found>(put, { dryRun: true })
    if (!isDeepStrictEqual(told(made), told(live))) return { manifest, put }
    good.set(key, now)
    return null
  }
  /** A controller may write between the read and the dry run, as it does all the time in a rollout: then both are repeated. */
  async function stillDiffering(manifest: Wanted, live: Found, scaled: ReadonlySet<string>, tries = 5): ReturnType<typeof differing> {
    try {
      return await differing(manifest, live, scaled)
    } catch (error) {
      if (!isOutdated(error) || tries === 0) throw error
      const now = await cluster.read<Found>(manifest)
      return now?.spec === undefined ? null : stillDiffering(manifest, now, scaled, tries - 1)
    }
  }
  async function all(): Promise<{ manifest: Wanted; put: Found }[]> {
    const scaled = new Set((await cluster.autoscalers()).flatMap(({ metadata }) => metadata?.name ?? []))
    const kinds = Map.groupBy(wanted(), ({ apiVersion, kind }) => `${apiVersion} ${kind}`)
    const found = await Promise.all(
      [...kinds.values()].map(async (manifests) => {
        const there = await cluster.list<Found>(manifests[0]?.apiVersion ?? '', manifests[0]?.kind ?? '')
        return Promise.all(
          manifests.map((manifest) => {
            const live = there.find(({ metadata }) => metadata?.name === manifest.metadata.name)
            return live?.spec === undefined ? null : stillDiffering(manifest, live, scaled)
          }),
        )
      }),
    )
    return found.flat().filter((one) => one !== null)
  }

  async function replaceNow(manifest: Wanted, put: Found, tries = 5): Promise<void> {
    try {
      await cluster.replace(put, { dryRun: false })
    } catch (error) {
      if (!isOutdated(error) || tries === 0) throw error
      const resourceVersion = (await cluster.read<Found>(manifest))?.metadata?.resourceVersion
      if (resourceVersion === undefined) throw error
      await replaceNow(manifest, { ...put, metadata: { ...put.metadata, resourceVersion } }, tries - 1)
    }
  }

  return {
    handmade: async () => (await all()).map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`).toSorted(),
    async undoHandmade() {
      const found = await all()
      for (const { manifest, put } of found) {
        // It equals the manifest, apart from its version: it may overwrite what a controller has written since.
        await replaceNow(manifest, put)
        const { replicas } = put.spec ?? {}
        await cluster.apply(replicas === undefined ? manifest : { ...manifest, spec: { ...manifest.spec, replicas } })
        await cluster.forgetUpdates(manifest)
      }
      for (const { manifest } of found) if (isWorkload(manifest.metadata.name)) await settled(manifest.metadata.name)
    },
  }
}

const isOutdated = (error: unknown): boolean => error instanceof FiredrillError && error.code === 'outdated'

const documents = (text: string, file: string): Wanted[] =>
  objectsIn(wantedObject, text, file).map((found) => ({ ...found, metadata: { ...found.metadata, namespace } }))

/** Annotations that controllers and clients write for their own use. */
const keptAnnotations = /^(deployment|kubectl)\.kubernetes\.io\//

/** Replicas belong to the autoscaler or to operations; annotations of the pods record restarts. */
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
