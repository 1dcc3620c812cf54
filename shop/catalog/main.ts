import '../kit/telemetry.ts'
import path from 'node:path'
import { z } from 'zod'
import { connectCache } from '../kit/cache.ts'
import { milliseconds, poolSize, readConfig } from '../kit/config.ts'
import { connectDatabase, connectReplica, type Queryable } from '../kit/database.ts'
import { connectFlags } from '../kit/flags.ts'
import { releaseFor } from '../kit/release.ts'
import { createService } from '../kit/service.ts'
import { auditPrices } from './price-audit.ts'
import { registerRoutes } from './products.ts'
import { watchReadLag } from './read-lag.ts'
import { releases } from './releases.ts'

const config = readConfig({
  DATABASE_URL: z.url(),
  DB_POOL_MAX: poolSize(6),
  DB_ACQUIRE_TIMEOUT_MS: milliseconds(2_000),
  DB_STATEMENT_TIMEOUT_MS: milliseconds(5_000),
  // A replica, as `host:port`, for pages, products and prices. Without one they are read from the primary.
  DATABASE_READ_ADDRESS: z
    .string()
    .regex(/^[\w.-]+:\d+$/)
    .optional(),
  REDIS_URL: z.url(),
  CACHE_TIMEOUT_MS: milliseconds(250),
  CACHE_TTL_SECONDS: z.coerce.number().int().min(1).default(60),
})

const service = createService(config)
const behaviour = releaseFor(releases, config.SERVICE_VERSION)
const cache = connectCache(service, {
  url: config.REDIS_URL,
  timeoutMs: config.CACHE_TIMEOUT_MS,
  ttlSeconds: config.CACHE_TTL_SECONDS,
  ...behaviour.loading,
})
const limits = {
  poolMax: config.DB_POOL_MAX,
  acquireTimeoutMs: config.DB_ACQUIRE_TIMEOUT_MS,
  statementTimeoutMs: config.DB_STATEMENT_TIMEOUT_MS,
}
const database = await connectDatabase(service, { url: config.DATABASE_URL, ...limits }, path.join(import.meta.dirname, 'migrations'))

let reads: Queryable = database
if (config.DATABASE_READ_ADDRESS !== undefined) {
  const url = new URL(config.DATABASE_URL)
  url.host = config.DATABASE_READ_ADDRESS
  reads = connectReplica(service, { url: url.href, ...limits })
  watchReadLag(service, reads)
}
const flags = await connectFlags(service, config.FLAGS_FILE)
registerRoutes(service.app, { database, reads, cache, behaviour, flags })
auditPrices(service, { database, cache })
await service.start()
