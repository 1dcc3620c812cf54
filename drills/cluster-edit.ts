import { FiredrillError } from '../model/errors.ts'
import type { ManifestEdit, ManifestRef, Range, RangeFeature } from '../model/range.ts'

/** The cluster of a range. Throws `unsupported` if the shop is not in one. */
export function clusterOf({ cluster }: Range): NonNullable<Range['cluster']> {
  if (!cluster) throw new FiredrillError('unsupported', 'the shop runs in no cluster')
  return cluster
}

/** Objects in the order in which they are reset, each once: an autoscaler goes before its workload, or would scale it again. */
export function inOrder(refs: readonly ManifestRef[]): ManifestRef[] {
  const once = new Map(refs.map(({ kind, name }) => [`${kind} ${name}`, { kind, name }]))
  const rank = ({ kind }: ManifestRef) => (kind === 'HorizontalPodAutoscaler' ? 0 : 1)
  return [...once.values()].toSorted((a, b) => rank(a) - rank(b))
}

/** Resets manual changes to the manifests, and lists them. */
export const manifestUndo = {
  async revert({ range }: { range: Range }, refs: ManifestRef[]) {
    for (const ref of refs) await clusterOf(range).sync(ref)
  },
  observe: async ({ range }: { range: Range }) => clusterOf(range).edits(),
}

/** Manual changes of objects in the cluster; a reset to the manifests removes them. */
export function clusterEdit<Params>(edits: (params: Params) => ManifestEdit[], needs: readonly RangeFeature[] = ['cluster']) {
  return {
    needs: () => needs,
    plan: async (_context: { range: Range }, params: Params): Promise<ManifestRef[]> => inOrder(edits(params)),
    async inject({ range }: { range: Range }, params: Params) {
      for (const edit of edits(params)) await clusterOf(range).edit(edit)
    },
    ...manifestUndo,
  }
}

/** An edit of a service's container in its Deployment; `spec` applies outside its template. */
export const containerEdit = (
  name: ManifestEdit['name'],
  container: Record<string, unknown>,
  spec: Record<string, unknown> = {},
): ManifestEdit => ({
  kind: 'Deployment',
  name,
  patch: { spec: { ...spec, template: { spec: { containers: [{ name, ...container }] } } } },
})

/** A rollout that stops old pods although new ones are not ready: a setting to save memory during updates. */
export const eagerRollout = { strategy: { rollingUpdate: { maxUnavailable: 1 } } }
