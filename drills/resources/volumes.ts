import { dropJournals, journalsFound } from '../journal.ts'
import { volumesOf } from '../volumes.ts'
import { volumeStores, type VolumeName } from '../../model/range.ts'
import { defineResource, forEach, listed } from './resource.ts'

interface Found {
  volumes: VolumeName[]
  /** What of the database is elsewhere than usual. */
  journals: string[]
}

/** A fresh range keeps everything on the disk of its host. */
export const volumes = defineResource<Found>({
  id: 'volumes',
  title: 'volumes of data stores',
  // A job may write to one, and a session have a file open there.
  after: ['datastores', 'jobs', 'database-sessions'],
  isOn: (range) => range.volumes !== null,
  async read(range) {
    const [mounted, journals] = await Promise.all([volumesOf(range).list(), journalsFound(range)])
    return { volumes: mounted.map(({ name }) => name), journals }
  },
  differs: ({ volumes: names, journals }) =>
    listed([...names.map((name) => `${volumeStores[name]} has the volume '${name}'`), ...journals]),
  async restore(range, { volumes: names, journals }) {
    if (journals.length > 0) await dropJournals(range)
    await forEach(names, (name) => volumesOf(range).remove(name))
  },
})
