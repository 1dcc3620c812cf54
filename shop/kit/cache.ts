import type { Redis as RedisClient } from 'ioredis'
import { forEveryone } from './caller.ts'
import { messageOf } from './errors.ts'
import { instrumented } from './libraries.ts'
import { counter, histogram } from './metrics.ts'
import type { Service } from './service.ts'

// Safe: the package's own types.
const { Redis } = instrumented('ioredis') as typeof import('ioredis')

interface CacheOptions {
  url: string
  /** A slower cache is useless. */
  timeoutMs: number
  ttlSeconds: number
  /** Whether a missing key is loaded once for all concurrent requests. */
  shared: boolean
  /** Values that took longer to load are not cached; null caches everything. */
  keptWithinMs: number | null
}

export interface Cache {
  /** Cache-aside: returns the cached value, or else calls `load()`, once for all concurrent requests if so configured, and caches the result. */
  get<Value>(key: string, load: () => Promise<Value>): Promise<Value>
  /** Invalidates keys; the next reader loads them again. */
  invalidate(keys: string[]): Promise<void>
  /** The cached values for these keys, without loading anything; null for missing ones. */
  peek<Value>(keys: string[]): Promise<(Value | null)[]>
}

/** Connects to Redis. The shop must work without it: every failure of the cache falls through to the source. */
export function connectCache(service: Service, options: CacheOptions): Cache {
  const redis: RedisClient = new Redis(options.url, {
    commandTimeout: options.timeoutMs,
    connectTimeout: 2_000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  })
  redis.on('error', (error: Error) => service.app.log.warn(`Redis: ${error.message}`))
  const lookups = counter('cache_lookups_total', 'Lookups in the cache', ['result'] as const)
  for (const result of ['hit', 'miss', 'error', 'shared']) lookups.inc({ result }, 0)
  const duration = histogram('cache_lookup_seconds', 'Time for the cache to answer', [] as const)

  service.readyWhen('redis', async () => {
    const probe = new Redis(options.url, { lazyConnect: true, connectTimeout: 1_000, commandTimeout: 1_000, retryStrategy: () => null })
    probe.on('error', () => {})
    try {
      await probe.connect()
      await probe.ping()
    } finally {
      probe.disconnect()
    }
  })
  service.onStop(async () => redis.disconnect())

  /** Loads under way, so that a missing key is loaded once for all concurrent requests. An invalidated one is removed. */
  const loading = new Map<string, Promise<unknown>>()

  return {
    async get<Value>(key: string, load: () => Promise<Value>): Promise<Value> {
      const startedAt = performance.now()
      let text: string | null = null
      let failed = false
      try {
        text = await redis.get(key)
      } catch (error) {
        failed = true
        service.app.log.debug(`cache lookup failed: ${messageOf(error)}`)
      }
      duration.observe({}, (performance.now() - startedAt) / 1_000)
      if (text !== null) {
        lookups.inc({ result: 'hit' })
        // Safe: only this function writes the key, with a Value.
        return JSON.parse(text) as Value
      }
      const underWay = options.shared ? loading.get(key) : undefined
      lookups.inc({ result: failed ? 'error' : underWay ? 'shared' : 'miss' })
      if (underWay) return underWay as Promise<Value>
      const loadedFrom = performance.now()
      const fresh: Promise<Value> = (options.shared ? forEveryone(load) : load())
        .then(async (value) => {
          // Read before the change that invalidated it: its callers get it, nobody after them.
          if (options.shared && loading.get(key) !== fresh) return value
          if (options.keptWithinMs !== null && performance.now() - loadedFrom > options.keptWithinMs) return value
          // Expiry is spread over a fifth of the time, so that keys written together do not expire together.
          const ttl = Math.round(options.ttlSeconds * (0.9 + Math.random() * 0.2))
          if (!failed) await redis.set(key, JSON.stringify(value), 'EX', ttl).catch(() => {})
          return value
        })
        .finally(() => {
          if (loading.get(key) === fresh) loading.delete(key)
        })
      loading.set(key, fresh)
      return fresh
    },
    async invalidate(keys) {
      for (const key of keys) loading.delete(key)
      if (keys.length > 0) await redis.del(...keys)
    },
    async peek<Value>(keys: string[]) {
      if (keys.length === 0) return []
      // Safe: only get() writes keys, with a Value.
      return (await redis.mget(...keys)).map((text) => (text === null ? null : (JSON.parse(text) as Value)))
    },
  }
}
