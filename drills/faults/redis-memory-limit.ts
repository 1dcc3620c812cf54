import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'

/** Gives Redis less memory than it needs, without eviction: reads still work, writes are refused. */
export const redisMemoryLimit = defineFault({
  id: 'redis-memory-limit',
  title: 'Redis out of memory',
  effect: 'Nothing new can be cached',
  category: 'cache',
  params: z.object({
    maxBytes: z.number().int().min(1).max(1_000_000_000).default(1_000_000).describe('Memory that Redis may use, in bytes'),
  }),
  plan: async ({ range }) => ({ memory: await setting(range, 'maxmemory'), policy: await setting(range, 'maxmemory-policy') }),
  async inject({ range }, { maxBytes }) {
    await range.cache.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await range.cache.command('CONFIG', 'SET', 'maxmemory', String(maxBytes))
  },
  async revert({ range }, { memory, policy }) {
    await range.cache.command('CONFIG', 'SET', 'maxmemory', memory)
    await range.cache.command('CONFIG', 'SET', 'maxmemory-policy', policy)
  },
  observe: async ({ range }) => [await setting(range, 'maxmemory'), await setting(range, 'maxmemory-policy')],
})

async function setting(range: Range, name: string): Promise<string> {
  const answer = await range.cache.command('CONFIG', 'GET', name)
  return Array.isArray(answer) ? String(answer[1]) : ''
}
