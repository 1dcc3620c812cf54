import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const longestMs = 3_600_000

/** Redis takes no writes and does not say so, as a primary that waits for a failover: reads go on. */
export const redisPause = defineFault({
  id: 'redis-pause',
  title: 'Redis stalls on writes',
  effect: 'Cache writes wait until they time out',
  category: 'cache',
  params: z.object({}),
  plan: async () => ({ longestMs }),
  inject: async ({ range }) => void (await range.cache.command('CLIENT', 'PAUSE', String(longestMs), 'WRITE')),
  revert: async ({ range }) => void (await range.cache.command('CLIENT', 'UNPAUSE')),
  // A write that is paused never answers, and an answer says that it was not.
  observe: ({ range }) =>
    range.cache.command('SET', 'probe', '1', 'PX', '100').then(
      () => 'answers',
      () => 'silent',
    ),
})
