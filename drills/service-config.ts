import { z } from 'zod'

/** Settings of the services that may be changed while the shop runs. Each is restarted with the new value. */
export const configKeys = [
  'DB_POOL_MAX',
  'DB_ACQUIRE_TIMEOUT_MS',
  'DB_STATEMENT_TIMEOUT_MS',
  'CACHE_TIMEOUT_MS',
  'CACHE_TTL_SECONDS',
  'INVENTORY_TIMEOUT_MS',
  'BROWSE_TIMEOUT_MS',
  'CHECKOUT_TIMEOUT_MS',
  'RATE_LIMIT_RPS',
  'LOG_LEVEL',
] as const
export const configKey = z.enum(configKeys)
