import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { cacheSetting } from '../cache-settings.ts'
import { fillVolume, volumeNamed, volumesOf } from '../volumes.ts'

const megabyte = 1_024 * 1_024

/** Redis saves snapshots to a small volume that is full. While it cannot save them, it refuses writes. */
export const cacheVolumeFull = defineFault({
  id: 'cache-volume-full',
  title: 'Redis cannot save its snapshot',
  effect: 'The cache is read until its entries expire, and nothing is written to it: MISCONF',
  category: 'cache',
  needs: () => ['volumes'],
  params: z.object({
    megabytes: z.number().int().min(2).max(32).default(8).describe('Size of the volume, in MiB'),
    spareKilobytes: z.number().int().min(0).max(1_024).default(16).describe('Space that is left, in KiB'),
    everySeconds: z.number().int().min(1).max(3_600).default(5).describe('Time from one snapshot to the next, in seconds'),
  }),
  plan: async () => ({}),
  async inject({ range }, { megabytes, spareKilobytes, everySeconds }) {
    await volumesOf(range).create('cache', megabytes * megabyte)
    await fillVolume(range, 'cache', 'dump-2026-08-14.rdb', spareKilobytes)
    await range.cache.command('CONFIG', 'SET', 'save', `${everySeconds} 1`)
  },
  async revert({ range }) {
    // With snapshots on, Redis saves one before it stops, and does not stop if it cannot. A stopped Redis is started without snapshots.
    await range.cache.command('CONFIG', 'SET', 'save', '').catch(() => {})
    await volumesOf(range).remove('cache')
  },
  observe: async ({ range }) => ({ save: await cacheSetting(range, 'save'), volume: (await volumeNamed(range, 'cache')) !== null }),
})
