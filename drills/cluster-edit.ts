import { FiredrillError } from '../model/errors.ts'
import type { ManifestEdit, ManifestRef, Range } from '../model/range.ts'

/** The cluster of a range. Throws `unsupported` where the shop is in none. */
export function clusterOf({ cluster }: Range): NonNullable<Range['cluster']> {
  if (!cluster) throw new FiredrillError('unsupported', 'the shop runs in no cluster')
  return cluster
}

/** A change of an object in the cluster, by hand, that its manifest does not know of; taken back by the manifest. */
export function clusterEdit<Params>(edit: (params: Params) => ManifestEdit) {
  return {
    needs: () => ['cluster'] as const,
    plan: async (_context: { range: Range }, params: Params): Promise<ManifestRef> => {
      const { kind, name } = edit(params)
      return { kind, name }
    },
    inject: ({ range }: { range: Range }, params: Params) => clusterOf(range).edit(edit(params)),
    revert: ({ range }: { range: Range }, ref: ManifestRef) => clusterOf(range).sync(ref),
    observe: async ({ range }: { range: Range }) => clusterOf(range).edits(),
  }
}
