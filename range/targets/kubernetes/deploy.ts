/*
 * The shop in a cluster. This file brings it there, by manifests that are generated from the topology (`manifests.ts`). What the agent in the cluster does
 * there for the control plane begins in `shop.ts`, and goes through the API server (`cluster.ts`).
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { KubeConfig, type V1Namespace } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import { checked, checkedJson } from '../../../model/outside.ts'
import { until } from '../../../model/until.ts'
import type { ClusterPlacement, DeployedCluster, RangeContext } from '../../context.ts'
import type { Invitation } from '../hosts/invitation.ts'
import { Cluster } from './cluster.ts'
import { clusterContext } from './context.ts'
import { deployedBy, readState } from './state.ts'
import type { Manifests } from './documents.ts'
import { manifests } from './manifests.ts'
import { shopSecrets } from './introduce.ts'
import { namespace, onCallAccount, onCallGuard } from './names.ts'
import { type AllImages } from './pod.ts'

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec?: { volumeClaimTemplates?: { spec: { storageClassName?: string } }[] }
}

const namespaceHeader = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }

/** The version of this checkout, which is the tag of its images. */
const imagesOf = (version: string): AllImages => ({
  shop: `firedrill/shop:${version}`,
  datastores: `firedrill/datastores:${version}`,
  control: `firedrill/control:${version}`,
  load: `firedrill/load:${version}`,
})

/** Everything in `deploy/kubernetes`, by its path there. */
export function generatedManifests(root: string, deployed?: RangeContext['deployed']): Manifests {
  const file = path.join(root, 'package.json')
  const { version } = checkedJson(z.object({ version: z.string() }), readFileSync(file, 'utf8'), file, 'internal')
  return manifests(clusterContext({ root, ...(deployed ? { deployed } : {}) }), imagesOf(version), version)
}

/** The part of a kustomization that lists its changes. */
const patched = z.object({ patches: z.array(z.object({ patch: z.string() })) })

const parse = (text: string): Resource[] =>
  // Safe: written by us, and validated with Kubernetes's schemas.
  parseAllDocuments(text).flatMap((document) => (document.contents === null ? [] : [document.toJS() as Resource]))

/** The rendered overlay, as by `kubectl kustomize`. */
function resourcesOf(root: string, overlay: ClusterPlacement['overlay'], deployed?: RangeContext['deployed']): Resource[] {
  const files = generatedManifests(root, deployed)
  const chosen = Object.keys(files).filter((file) => {
    const [folder] = file.split('/')
    return !file.endsWith('kustomization.yaml') && (folder === 'base' || folder === 'agent' || (folder === 'mesh' && overlay === 'istio'))
  })
  const resources = chosen.flatMap((file) => parse(files[file] ?? ''))
  if (overlay !== 'istio') return resources
  const kustomization = checked(patched, parse(files['mesh/kustomization.yaml'] ?? '')[0], 'mesh/kustomization.yaml', 'internal')
  const [patch] = parse(kustomization.patches[0]?.patch ?? '')
  return resources.map((resource) =>
    resource.kind === 'Namespace'
      ? { ...resource, metadata: { ...resource.metadata, labels: { ...resource.metadata.labels, ...patch?.metadata.labels } } }
      : resource,
  )
}

/** The namespace of the shop in the cluster of a kubeconfig. Throws `bad-request` if that cannot be read. */
export function openCluster({ kubeconfig }: { kubeconfig: string }): Cluster {
  const config = new KubeConfig()
  try {
    config.loadFromFile(kubeconfig)
    if (!config.getCurrentCluster()) throw new Error('it names no current cluster')
  } catch (error) {
    throw new FiredrillError('bad-request', `${kubeconfig} is no kubeconfig: ${describeError(error)}`, { cause: error })
  }
  return new Cluster(config, namespace)
}

const isGuard = ({ kind }: Resource): boolean => kind.startsWith('ValidatingAdmissionPolicy')
const isOnCall = (resource: Resource): boolean => isGuard(resource) || resource.metadata.name === onCallAccount

const isOurs = (found: V1Namespace): boolean => found.metadata?.labels?.['app.kubernetes.io/managed-by'] === 'firedrill'

/**
 * Deploys the shop and its agent to the cluster, or updates them; releases and settings that were changed meanwhile are kept. `invited` is the
 * invitation for a new agent; null if the existing one was invited before. Throws `conflict` if there is a namespace of that name that is not
 * Firedrill's.
 */
export async function deployShop(root: string, placement: DeployedCluster, invited: Invitation | null): Promise<void> {
  const cluster = openCluster(placement)
  const found = await cluster.read<V1Namespace>(namespaceHeader)
  if (found && !isOurs(found))
    throw new FiredrillError('conflict', `the cluster has a namespace '${namespace}' that is not Firedrill's: it is left alone`)
  const state = await readState(cluster)
  let guarded = true
  const [first, ...rest] = resourcesOf(root, placement.overlay, state ? deployedBy(state, root) : undefined)
  for (const resource of [first, ...(invited ? shopSecrets(invited) : []), ...rest]) {
    if (!resource) continue
    // The agent's stored state is kept.
    if (resource.metadata.name === 'agent-state' && state) continue
    if (placement.storageClass !== null && 'spec' in resource)
      for (const claim of resource.spec?.volumeClaimTemplates ?? []) claim.spec.storageClassName = placement.storageClass
    if (!guarded && isOnCall(resource)) continue
    try {
      await cluster.apply(resource)
    } catch (error) {
      // A user who may not create it gets a shop without kubectl in terminals: without the guard, that account's rights would reach beyond the shop.
      if (!isGuard(resource)) throw error
      guarded = false
    }
  }
  // An agent that was invited before has outdated keys.
  if (invited && found) await cluster.deletePods('agent')
}

/** Whether the shop is in the cluster already. */
export const isDeployed = async (placement: DeployedCluster): Promise<boolean> => (await readState(openCluster(placement))) !== null

/** Deletes the shop's namespace from the cluster, with its data and its guard, and waits until it is gone; leaves one that is not Firedrill's. */
export async function removeShop(placement: DeployedCluster, deadlineMs = 180_000): Promise<void> {
  const cluster = openCluster(placement)
  const found = await cluster.read<V1Namespace>(namespaceHeader)
  if (!found || !isOurs(found)) return
  await cluster.remove(namespaceHeader)
  // Cluster-wide objects. If they could not be created, there are none.
  for (const kind of ['ValidatingAdmissionPolicyBinding', 'ValidatingAdmissionPolicy']) {
    const header = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: onCallGuard } }
    await cluster.remove(header).catch(() => false)
  }
  await until(`the namespace '${namespace}' to go`, deadlineMs, async () => (await cluster.read(namespaceHeader)) === null, 1_000)
}
