import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { cacheDelaysMs, type CacheFault } from '../../model/mesh.ts'

const params = z.object({
  delayMs: z.literal([...cacheDelaysMs]).describe('Added to the answer of each delayed command, in milliseconds'),
  percent: z.number().int().min(1).max(100).default(100).describe('Share of the commands that are delayed, in percent'),
})

/** Redis answers late, as over a congested link: before the client's timeout, but too late to be useful. */
export const redisDelay = defineFault<typeof params, { before: CacheFault | null }>({
  id: 'redis-delay',
  title: 'Redis answers late',
  effect: 'Whoever asks the cache first waits for it, although it is idle and well',
  category: 'cache',
  needs: () => ['cache-proxy'],
  params,
  ramps: ['percent'],
  plan: async ({ range }) => ({ before: await range.mesh.cacheFault() }),
  inject: ({ range }, { delayMs, percent }) => range.mesh.setCacheFault({ delayMs, percent }),
  revert: ({ range }, { before }) => range.mesh.setCacheFault(before),
  observe: ({ range }) => range.mesh.cacheFault(),
})
