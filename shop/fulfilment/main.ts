import '../kit/telemetry.ts'
import path from 'node:path'
import { z } from 'zod'
import { milliseconds, poolSize, readConfig } from '../kit/config.ts'
import { connectDatabase } from '../kit/database.ts'
import { createClient } from '../kit/http-client.ts'
import { connectQueue } from '../kit/queue.ts'
import { releaseFor } from '../kit/release.ts'
import { createService } from '../kit/service.ts'
import { releases } from './releases.ts'
import { startWorker } from './worker.ts'

const config = readConfig({
  DATABASE_URL: z.url(),
  DB_POOL_MAX: poolSize(4),
  DB_ACQUIRE_TIMEOUT_MS: milliseconds(2_000),
  DB_STATEMENT_TIMEOUT_MS: milliseconds(5_000),
  AMQP_URL: z.url(),
  INVENTORY_URL: z.url(),
  INVENTORY_TIMEOUT_MS: milliseconds(2_000),
})

const service = createService(config)
const behaviour = releaseFor(releases, config.SERVICE_VERSION)
const inventory = createClient({
  peer: 'inventory',
  url: config.INVENTORY_URL,
  timeoutMs: config.INVENTORY_TIMEOUT_MS,
  connections: behaviour.connections,
})
service.onStop(() => inventory.close())
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
const queue = connectQueue(service, config.AMQP_URL)
startWorker({ queue, database, inventory, behaviour, log: service.app.log })
await service.start()
