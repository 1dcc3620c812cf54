import '../kit/telemetry.ts'
import { z } from 'zod'
import { milliseconds, readConfig } from '../kit/config.ts'
import { connectFlags } from '../kit/flags.ts'
import { createClient } from '../kit/http-client.ts'
import { releaseFor } from '../kit/release.ts'
import { createService } from '../kit/service.ts'
import { registerApi } from './api.ts'
import { releases } from './releases.ts'
import { registerStorefront } from './storefront.ts'

const config = readConfig({
  CATALOG_URL: z.url(),
  INVENTORY_URL: z.url(),
  ORDERS_URL: z.url(),
  BROWSE_TIMEOUT_MS: milliseconds(2_000),
  CHECKOUT_TIMEOUT_MS: milliseconds(5_000),
  /** Slower responses count as slow: the thresholds of the service levels. */
  BROWSE_SLOW_MS: milliseconds(250),
  CHECKOUT_SLOW_MS: milliseconds(1_000),
  /** Maximum requests per second; the rest are answered 429. 0 means no limit. */
  RATE_LIMIT_RPS: z.coerce.number().int().min(0).default(0),
})

const service = createService(config)
const catalog = createClient({ peer: 'catalog', url: config.CATALOG_URL, timeoutMs: config.BROWSE_TIMEOUT_MS })
const inventory = createClient({ peer: 'inventory', url: config.INVENTORY_URL, timeoutMs: config.BROWSE_TIMEOUT_MS })
const orders = createClient({ peer: 'orders', url: config.ORDERS_URL, timeoutMs: config.CHECKOUT_TIMEOUT_MS, connections: 64 })
const flags = await connectFlags(service, config.FLAGS_FILE)
registerApi(service.app, {
  flags,
  catalog,
  inventory,
  orders,
  behaviour: releaseFor(releases, config.SERVICE_VERSION),
  slowAfterMs: { browse: config.BROWSE_SLOW_MS, checkout: config.CHECKOUT_SLOW_MS },
  rateLimitRps: config.RATE_LIMIT_RPS,
})
registerStorefront(service.app)
service.onStop(async () => {
  await Promise.all([catalog.close(), inventory.close(), orders.close()])
})
await service.start()
