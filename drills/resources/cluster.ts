import type { ServiceName } from '../../model/components.ts'
import type { ManifestEdit } from '../../model/range.ts'
import { clusterOf, inOrder } from '../cluster-edit.ts'
import { defineResource, listed } from './resource.ts'

interface Found {
  edits: ManifestEdit[]
  quota: number | null
  rotated: ServiceName[]
}

/** What was changed in the cluster that has the shop. */
export const cluster = defineResource<Found>({
  id: 'cluster',
  title: "the shop's objects in the cluster",
  isOn: (range) => range.cluster !== null,
  async read(range) {
    const [edits, quota, rotated] = await Promise.all([clusterOf(range).edits(), clusterOf(range).quota(), clusterOf(range).rotated()])
    return { edits, quota, rotated }
  },
  differs: ({ edits, quota, rotated }) =>
    listed([
      ...edits.map(({ kind, name }) => `${kind} ${name} was edited`),
      ...(quota === null ? [] : [`a quota of ${quota} pods`]),
      ...rotated.map((service) => `the password of ${service} was changed`),
    ]),
  /** The quota first: while it stands, no pod takes the place of another. */
  async restore(range, { edits, quota, rotated }) {
    const shop = clusterOf(range)
    if (quota !== null) await shop.setQuota(null)
    for (const ref of inOrder(edits)) await shop.sync(ref)
    for (const service of rotated) await shop.restoreCredential(service)
  },
})
