import type { Range } from '../model/range.ts'

export interface CacheSetting {
  name: string
  value: string
}

/** The start values of Redis's run-time settings, apart from its memory. */
export const cacheDefaults: Readonly<Record<string, string>> = {
  'maxmemory-samples': '5',
  timeout: '0',
  'tcp-keepalive': '300',
  'slowlog-log-slower-than': '5000',
  'slowlog-max-len': '128',
  'latency-monitor-threshold': '0',
  'notify-keyspace-events': '',
  save: '',
  'stop-writes-on-bgsave-error': 'yes',
}

/** The start values. */
export const freshCache = { memoryBytes: 64 * 1024 * 1024, whenFull: 'allkeys-lru' }

/** All of them, by the names in Redis's configuration. */
export const redisDefaults: Readonly<Record<string, string>> = {
  maxmemory: String(freshCache.memoryBytes),
  'maxmemory-policy': freshCache.whenFull,
  ...cacheDefaults,
}

/** The current value of one setting of Redis. */
export async function cacheSetting({ cache }: Pick<Range, 'cache'>, name: string): Promise<string> {
  const answer: unknown = await cache.command('CONFIG', 'GET', name)
  return Array.isArray(answer) ? String(answer[1]) : ''
}

/** Those of these settings whose current value differs. */
export async function differingFrom(range: Pick<Range, 'cache'>, defaults: Readonly<Record<string, string>>): Promise<CacheSetting[]> {
  const found = await Promise.all(Object.keys(defaults).map(async (name) => ({ name, value: await cacheSetting(range, name) })))
  return found.filter(({ name, value }) => value !== defaults[name])
}
