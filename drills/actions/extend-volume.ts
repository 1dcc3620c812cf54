import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { volumeNames } from '../../model/range.ts'
import { volumesOf } from '../volumes.ts'

export const extendVolume = defineAction({
  id: 'extend-volume',
  title: 'Extend a volume',
  description: 'Gives a volume another size while it is in use; one that the files on it do not fit into is refused.',
  kind: 'change',
  needs: ['volumes'],
  params: z.object({
    volume: z.enum(volumeNames).describe('Volume that gets another size'),
    megabytes: z.coerce.number().int().min(1).max(64).describe('New size, in MiB'),
  }),
  async run({ range }, { volume, megabytes }) {
    await volumesOf(range).resize(volume, megabytes * 1_024 * 1_024)
    return { summary: `${volume} has ${megabytes} MiB` }
  },
})
