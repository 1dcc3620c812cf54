import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { volumeNames } from '../../model/range.ts'
import { volumeNamed, volumesOf } from '../volumes.ts'

export const deleteVolumeFile = defineAction({
  id: 'delete-volume-file',
  title: 'Delete a file of a volume',
  description: 'Deletes one file that "List volumes of a data store" shows. Files that the data store itself works with are refused.',
  kind: 'change',
  caution: 'There is no copy of it.',
  needs: ['volumes'],
  params: z.object({
    volume: z.enum(volumeNames).describe('Volume that the file is on'),
    file: z.string().min(1).max(255).describe('Name of the file'),
  }),
  async run({ range }, { volume, file }) {
    await volumesOf(range).delete(volume, file)
    const now = await volumeNamed(range, volume)
    const free = Math.round((now?.freeBytes ?? 0) / 1_024)
    return { summary: `${file} was deleted; ${free} KiB are free on ${volume}` }
  },
})
