import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { volumeStores, type Volume } from '../../model/range.ts'
import { volumesOf } from '../volumes.ts'

const views = { postgres: 'database', redis: 'cache' } as const
const mebibytes = (bytes: number): number => Math.round((bytes / 1_024 / 1_024) * 100) / 100

export const listVolumes = defineAction({
  id: 'list-volumes',
  title: 'List volumes of a data store',
  description:
    'The volumes that PostgreSQL or Redis has beside the disk of the host: size and free space, the files on each with what they take, and deleted files that a process still has open. Sizes are in MiB.',
  kind: 'inspect',
  needs: ['volumes'],
  params: z.object({ store: z.enum(['postgres', 'redis']).describe('Data store whose volumes are listed') }),
  looksAt: ({ store }) => ({ view: views[store], component: store, detail: `the volumes of ${store}` }),
  async run({ range }, { store }) {
    const volumes = (await volumesOf(range).list()).filter(({ name }) => volumeStores[name] === store)
    const said = volumes.map(({ name, sizeBytes, freeBytes }) => `${name}: ${mebibytes(freeBytes)} of ${mebibytes(sizeBytes)} MiB are free`)
    const none = `${store} has no volume of its own: its data are on the disk of the host`
    return { summary: volumes.length === 0 ? none : said.join('; '), rows: volumes.flatMap(rowsOf) }
  },
})

/** The volume, its files, and those that are files no more. */
function rowsOf({ name, sizeBytes, freeBytes, files, held }: Volume) {
  return [
    { volume: name, what: 'size', mib: mebibytes(sizeBytes), detail: '' },
    { volume: name, what: 'free', mib: mebibytes(freeBytes), detail: '' },
    ...files.map((file) => ({
      volume: name,
      what: file.name,
      mib: mebibytes(file.bytes),
      detail: file.isOwn ? 'of the data store itself' : '',
    })),
    ...held.map((file) => ({
      volume: name,
      what: `${file.name} (deleted)`,
      mib: mebibytes(file.bytes),
      detail: `still open in process ${file.pid}: ${file.process}`,
    })),
  ]
}
