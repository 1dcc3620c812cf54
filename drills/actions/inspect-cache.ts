import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { checked } from '../../model/outside.ts'

const shown = [
  'used_memory_human',
  'maxmemory_human',
  'maxmemory_policy',
  'evicted_keys',
  'expired_keys',
  'keyspace_hits',
  'keyspace_misses',
  'connected_clients',
  'blocked_clients',
  'instantaneous_ops_per_sec',
]

/** The cursor of the next page, and the keys of this one. */
const scanned = z.tuple([z.string(), z.array(z.string())])

export const inspectCache = defineAction({
  id: 'inspect-cache',
  title: 'Look into the cache',
  description: 'Memory, evictions, hits and clients of Redis, and one page of the keys that match a pattern, with their time to live.',
  kind: 'inspect',
  params: z.object({ pattern: z.string().max(80).default('*').describe('Keys to show, as a glob pattern: catalog:* or *') }),
  looksAt: () => ({ view: 'cache', component: 'redis', detail: 'the cache' }),
  async run({ range }, { pattern }) {
    const info = String(await range.cache.command('INFO', 'all'))
    const fields = new Map([...info.matchAll(/^([a-z_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
    const [, found] = checked(scanned, await range.cache.command('SCAN', '0', 'MATCH', pattern, 'COUNT', '500'), 'the answer of Redis')
    const keys = await Promise.all(
      found
        .toSorted()
        .slice(0, 20)
        .map(async (key) => ({
          name: key,
          value: `${Number(await range.cache.command('TTL', key))} s to live · ${String((await range.cache.command('GETRANGE', key, '0', '119')) ?? '')}`,
        })),
    )
    return {
      summary: `${Number(await range.cache.command('DBSIZE'))} keys, ${fields.get('used_memory_human')} of ${fields.get('maxmemory_human')}, ${fields.get('maxmemory_policy')}`,
      rows: [...shown.map((name) => ({ name, value: fields.get(name) ?? '' })), ...keys],
    }
  },
})
