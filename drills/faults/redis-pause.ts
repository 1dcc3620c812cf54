import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const longestMs = 3_600_000

/** Redis holds back writes without an error, like a primary that waits for a failover; reads still work. */
export const redisPause = defineFault({
  id: 'redis-pause',
  title: 'Redis stalls on writes',
  effect: 'Cache writes wait until they time out',
  category: 'cache',
  params: z.object({}),
  plan: async () => ({ longestMs }),
  inject: async ({ range }) => void (await range.cache.command('CLIENT', 'PAUSE', String(longestMs), 'WRITE')),
  revert: async ({ range }) => void (await range.cache.command('CLIENT', 'UNPAUSE')),
  // A paused write gets no answer, so any answer means that writes are not paused.
  observe: ({ range }) =>
    range.cache.command('SET', 'probe', '1', 'PX', '100').then(
      () => 'answers',
      () => 'silent',
    ),
})
