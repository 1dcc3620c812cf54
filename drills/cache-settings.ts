import type { Range } from '../model/range.ts'

export interface CacheSetting {
  name: string
  value: string
}

/** What Redis is started with, of what may be changed while it runs, beside its memory. */
export const cacheDefaults: Readonly<Record<string, string>> = {
  'maxmemory-samples': '5',
  timeout: '0',
  'tcp-keepalive': '300',
  'slowlog-log-slower-than': '5000',
  'slowlog-max-len': '128',
  'latency-monitor-threshold': '0',
  'notify-keyspace-events': '',
}

/** As Redis is started. */
export const freshCache = { memoryBytes: 64 * 1024 * 1024, whenFull: 'allkeys-lru' }

/** All of it, by the names of its configuration. */
export const redisDefaults: Readonly<Record<string, string>> = {
  maxmemory: String(freshCache.memoryBytes),
  'maxmemory-policy': freshCache.whenFull,
  ...cacheDefaults,
}

/** Those of these settings of Redis that are not as they are here. */
export async function differingFrom(range: Pick<Range, 'cache'>, defaults: Readonly<Record<string, string>>): Promise<CacheSetting[]> {
  const found = await Promise.all(
    Object.entries(defaults).map(async ([name, fresh]) => {
      const answer: unknown = await range.cache.command('CONFIG', 'GET', name)
      const value = Array.isArray(answer) ? String(answer[1]) : fresh
      return value === fresh ? [] : [{ name, value }]
    }),
  )
  return found.flat()
}
