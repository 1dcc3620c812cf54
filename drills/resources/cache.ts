import { z } from 'zod'
import { isRecord } from '../../model/json.ts'
import { checked } from '../../model/outside.ts'
import { cacheRights, freshRights } from '../cache-rights.ts'
import { cacheDefaults, cacheSetting, differingFrom, freshCache, type CacheSetting } from '../cache-settings.ts'
import { defineResource, forEach, listed } from './resource.ts'

export const cacheMemory = defineResource<{ memoryBytes: number; whenFull: string }>({
  id: 'cache-memory',
  title: "the cache's memory",
  after: ['cache-answers', 'cache-users'],
  async read(range) {
    const [memory, whenFull] = await Promise.all([cacheSetting(range, 'maxmemory'), cacheSetting(range, 'maxmemory-policy')])
    return { memoryBytes: Number(memory), whenFull }
  },
  differs: ({ memoryBytes, whenFull }) =>
    memoryBytes === freshCache.memoryBytes && whenFull === freshCache.whenFull ? null : `${memoryBytes} bytes, ${whenFull}`,
  async restore(range) {
    await range.cache.command('CONFIG', 'SET', 'maxmemory-policy', freshCache.whenFull)
    await range.cache.command('CONFIG', 'SET', 'maxmemory', String(freshCache.memoryBytes))
  },
})

/** Other settings that somebody may have changed. */
export const cacheSettings = defineResource<CacheSetting[]>({
  id: 'cache-settings',
  title: "the cache's settings",
  after: ['cache-answers', 'cache-users'],
  read: (range) => differingFrom(range, cacheDefaults),
  differs: (found) => listed(found.map(({ name, value }) => `${name} = ${value}`)),
  restore: (range, found) =>
    forEach(found, async ({ name }) => void (await range.cache.command('CONFIG', 'SET', name, cacheDefaults[name] ?? ''))),
})

/** Redis starts with one user, who may do everything without a password. */
const usual = (user: string): boolean => /^user default on (?:sanitize-payload )?nopass ~\* (?:&\* )?\+@all$/.test(user)

export const cacheUsers = defineResource<string[]>({
  id: 'cache-users',
  title: 'the users of the cache',
  after: ['cache-answers'],
  read: cacheRights,
  differs: (found) => listed(found.filter((user) => !usual(user))),
  async restore(range, found) {
    await range.cache.command('ACL', 'SETUSER', 'default', ...freshRights)
    const others = found.map((user) => user.split(' ')[1] ?? '').filter((name) => name !== 'default' && name !== '')
    if (others.length > 0) await range.cache.command('ACL', 'DELUSER', ...others)
  },
})

/** A paused Redis never answers; any other does within this time, however busy the machine is. */
const answersWithinMs = 3_000
type Answers = 'all' | 'reads' | 'nothing'

/** Whether it answers: writes may be paused, or everything. */
export const cacheAnswers = defineResource<Answers>({
  id: 'cache-answers',
  title: 'the answers of the cache',
  after: ['datastores'],
  async read(range) {
    const answered = (...command: [string, ...string[]]) => {
      const late = Promise.withResolvers<false>()
      const timer = setTimeout(() => late.resolve(false), answersWithinMs)
      const answer = range.cache.command(...command).then(
        () => true,
        () => false,
      )
      return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
    }
    const [reads, writes] = await Promise.all([answered('PING'), answered('SET', 'probe', '1', 'PX', '100')])
    return writes ? 'all' : reads ? 'reads' : 'nothing'
  },
  differs: (found) => (found === 'all' ? null : found === 'reads' ? 'writes are paused' : 'it answers nothing'),
  async restore(range, found) {
    // A Redis that is paused for everybody does not accept the command that resumes it either.
    if (found === 'nothing') await range.processes.restart('redis')
    else await range.cache.command('CLIENT', 'UNPAUSE')
  },
})

/** A product as it is cached; undefined if it is invalid, since anybody may have written it. */
function priceIn(text: string): unknown {
  try {
    // Safe: it is only compared.
    const product: unknown = JSON.parse(text)
    return isRecord(product) ? product['priceCents'] : undefined
  } catch {
    return undefined
  }
}

/** Invalid entries, or those that would never expire: catalog writes complete JSON, each with a time to live. */
const spoilt = `
local spoilt, cursor = {}, '0'
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 500)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local bad = redis.call('TTL', key) == -1 or redis.call('TYPE', key).ok ~= 'string'
    if not bad then
      local ends = redis.call('GETRANGE', key, 0, 0) .. redis.call('GETRANGE', key, -1, -1)
      bad = ends ~= '{}' and ends ~= '[]' and ends ~= 'nl'
    end
    if bad and key ~= 'probe' then spoilt[#spoilt + 1] = key end
  end
until cursor == '0'
return spoilt`

export const cachedValues = defineResource<string[]>({
  id: 'cached-values',
  title: 'entries of the cache',
  after: ['cache-memory'],
  async read(range) {
    const found = await range.cache.command('EVAL', spoilt, '0')
    return Array.isArray(found) ? found.map(String).toSorted() : []
  },
  differs: (found) => listed(found.slice(0, 10)),
  restore: async (range, found) => void (await range.cache.command('DEL', ...found)),
})

/** Products with outdated entries: the cache missed the changes while it was unreachable. */
export const cachedPrices = defineResource<number>({
  id: 'cached-prices',
  title: 'prices in the cache',
  after: ['database-roles', 'cache-memory'],
  async read(range) {
    const changed = await range.database.query<{ sku: string; cents: number }>(
      `select sku, price_cents as cents from catalog.products where updated_at between now() - interval '30 minutes' and now() - interval '2 seconds'`,
    )
    if (changed.length === 0) return 0
    const answer = await range.cache.command('MGET', ...changed.map(({ sku }) => `catalog:product:${sku}`))
    const shown = checked(z.array(z.string().nullable()), answer, 'the answer of Redis')
    return shown.filter((text, index) => text !== null && priceIn(text) !== changed[index]?.cents).length
  },
  differs: (found) => (found === 0 ? null : `${found} products are shown as they were`),
  restore: async (range) => void (await range.cache.command('FLUSHALL')),
  // They change continually.
  print: () => undefined,
})
