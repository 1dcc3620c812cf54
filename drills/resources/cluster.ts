import type { ServiceName } from '../../model/components.ts'
import type { ManifestEdit } from '../../model/range.ts'
import { clusterOf, inOrder } from '../cluster-edit.ts'
import { defineResource, listed } from './resource.ts'

interface Found {
  edits: ManifestEdit[]
  handmade: string[]
  quota: number | null
  rotated: ServiceName[]
}

/** Changes in the cluster that the shop runs in. */
export const cluster = defineResource<Found>({
  id: 'cluster',
  title: "the shop's objects in the cluster",
  isOn: (range) => range.cluster !== null,
  async read(range) {
    const shop = clusterOf(range)
    const [edits, handmade, quota, rotated] = await Promise.all([shop.edits(), shop.handmade(), shop.quota(), shop.rotated()])
    return { edits, handmade, quota, rotated }
  },
  differs: ({ edits, handmade, quota, rotated }) =>
    listed([
      ...edits.map(({ kind, name }) => `${kind} ${name} was edited`),
      ...handmade
        .filter((object) => !edits.some(({ kind, name }) => object === `${kind} ${name}`))
        .map((object) => `${object} was changed by hand`),
      ...(quota === null ? [] : [`a quota of ${quota} pods`]),
      ...rotated.map((service) => `the password of ${service} was changed`),
    ]),
  /** The quota first: while it exists, no pod can be replaced. Most manual changes are edits, which are reset with those. */
  async restore(range, { edits, handmade, quota, rotated }) {
    const shop = clusterOf(range)
    if (quota !== null) await shop.setQuota(null)
    for (const ref of inOrder(edits)) await shop.sync(ref)
    if (handmade.length > 0) await shop.undoHandmade()
    for (const service of rotated) await shop.restoreCredential(service)
  },
})
