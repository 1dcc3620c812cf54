import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

export const setCacheMemory = defineAction({
  id: 'set-cache-memory',
  title: "Set the cache's memory",
  description: 'How much memory Redis may use, and what it does when that is full. Usual: 64 MB, allkeys-lru.',
  kind: 'change',
  params: z.object({
    megabytes: z.coerce.number().int().min(1).max(512).describe('Memory that Redis may use, in MB'),
    whenFull: z.enum(['allkeys-lru', 'allkeys-lfu', 'volatile-lru', 'noeviction']).default('allkeys-lru').describe('Eviction policy'),
  }),
  async run({ range }, { megabytes, whenFull }) {
    await range.cache.command('CONFIG', 'SET', 'maxmemory-policy', whenFull)
    await range.cache.command('CONFIG', 'SET', 'maxmemory', String(megabytes * 1024 * 1024))
    return { summary: `Redis may use ${megabytes} MB; when full: ${whenFull}` }
  },
})
