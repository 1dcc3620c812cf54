/**
 * Counts, for the catalog team's statistics, which words the cached pages have in common: with a script inside Redis, to avoid fetching them. Started
 * by hand. Redis does one thing at a time.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

const pauseMs = Number(process.env['PAUSE_MS'] ?? 300)
const rounds = Number(process.env['ROUNDS'] ?? 60)
const redis = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: 1, connectionName: 'cache-statistics' })
redis.on('error', () => {})
process.once('SIGTERM', () => process.exit(0))

const script = `
  local keys = redis.call('KEYS', 'catalog:*')
  local words = {}
  for round = 1, tonumber(ARGV[1]) do
    for _, key in ipairs(keys) do
      local text = redis.call('GET', key)
      if text then
        for word in string.gmatch(string.sub(text, 1, 400), '%a+') do words[word] = (words[word] or 0) + 1 end
      end
    end
  end
  return #keys`
for (;;) {
  await redis.eval(script, 0, String(rounds)).catch(() => {})
  await delay(pauseMs)
}
