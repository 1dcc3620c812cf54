import '../kit/telemetry.ts'
import path from 'node:path'
import { z } from 'zod'
import { milliseconds, poolSize, readConfig } from '../kit/config.ts'
import { connectDatabase, connectOnce } from '../kit/database.ts'
import { connectFlags } from '../kit/flags.ts'
import { releaseFor } from '../kit/release.ts'
import { createService } from '../kit/service.ts'
import { releases } from './releases.ts'
import { registerRoutes } from './stock.ts'

const config = readConfig({
  DATABASE_URL: z.url(),
  DB_POOL_MAX: poolSize(6),
  DB_ACQUIRE_TIMEOUT_MS: milliseconds(2_000),
  DB_STATEMENT_TIMEOUT_MS: milliseconds(5_000),
})

const service = createService(config)
const database = await connectDatabase(
  service,
  {
    url: config.DATABASE_URL,
    poolMax: config.DB_POOL_MAX,
    acquireTimeoutMs: config.DB_ACQUIRE_TIMEOUT_MS,
    statementTimeoutMs: config.DB_STATEMENT_TIMEOUT_MS,
  },
  path.join(import.meta.dirname, 'migrations'),
)
const behaviour = releaseFor(releases, config.SERVICE_VERSION)
const reads = behaviour.readsOver === 'own' ? await connectOnce(service, config.DATABASE_URL) : database
const flags = await connectFlags(service, config.FLAGS_FILE)
registerRoutes(service.app, { database, reads, behaviour, flags })
await service.start()
