import '../kit/telemetry.ts'
import path from 'node:path'
import { z } from 'zod'
import { milliseconds, poolSize, readConfig } from '../kit/config.ts'
import { connectDatabase } from '../kit/database.ts'
import { createClient } from '../kit/http-client.ts'
import { connectQueue } from '../kit/queue.ts'
import { releaseFor } from '../kit/release.ts'
import { createService } from '../kit/service.ts'
import { consumeFulfilled } from './fulfilled.ts'
import { startOutboxRelay } from './outbox.ts'
import { placeOrders } from './place-order.ts'
import { startReconciliation } from './reconciliation.ts'
import { releases } from './releases.ts'
import { registerRoutes } from './routes.ts'

const config = readConfig({
  DATABASE_URL: z.url(),
  DB_POOL_MAX: poolSize(8),
  DB_ACQUIRE_TIMEOUT_MS: milliseconds(2_000),
  DB_STATEMENT_TIMEOUT_MS: milliseconds(5_000),
  AMQP_URL: z.url(),
  INVENTORY_URL: z.url(),
  PAYMENTS_URL: z.url(),
  INVENTORY_TIMEOUT_MS: milliseconds(2_000),
})

const service = createService(config)
const behaviour = releaseFor(releases, config.SERVICE_VERSION)
const queue = connectQueue(service, config.AMQP_URL)
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
const inventory = createClient({ peer: 'inventory', url: config.INVENTORY_URL, timeoutMs: config.INVENTORY_TIMEOUT_MS })
const payments = createClient({ peer: 'payments', url: config.PAYMENTS_URL, timeoutMs: behaviour.paymentTimeoutMs })
const relay = startOutboxRelay(service, database, queue)
startReconciliation(service, { database, inventory, payments, wakeRelay: relay.wake })
consumeFulfilled(queue, database)
registerRoutes(service.app, {
  database,
  place: placeOrders({ database, inventory, payments, behaviour, log: service.app.log, wakeRelay: relay.wake }),
})
service.onStop(async () => {
  await inventory.close()
  await payments.close()
})
await service.start()
