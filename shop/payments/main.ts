import '../kit/telemetry.ts'
import path from 'node:path'
import { z } from 'zod'
import { milliseconds, poolSize, readConfig } from '../kit/config.ts'
import { connectDatabase } from '../kit/database.ts'
import { releaseFor } from '../kit/release.ts'
import { createService } from '../kit/service.ts'
import { registerRoutes } from './charges.ts'
import { releases } from './releases.ts'
import { connectBank } from './sandbox.ts'

const config = readConfig({
  DATABASE_URL: z.url(),
  DB_POOL_MAX: poolSize(4),
  DB_ACQUIRE_TIMEOUT_MS: milliseconds(2_000),
  DB_STATEMENT_TIMEOUT_MS: milliseconds(5_000),
  /** Which of the two payment providers is used. */
  BANK: z.enum(['first', 'second']).default('first'),
  /** With which requests to the bank are signed. */
  BANK_KEY: z.string().min(8).default('sandbox-key'),
  /** Share of cards that the bank declines, in percent. */
  BANK_DECLINE_PERCENT: z.coerce.number().min(0).max(100).default(2),
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
registerRoutes(service.app, {
  database,
  behaviour: releaseFor(releases, config.SERVICE_VERSION),
  stopping: service.stopping,
  bank: await connectBank(service, database, config.BANK),
  bankKey: config.BANK_KEY,
  declinePercent: config.BANK_DECLINE_PERCENT,
})
await service.start()
