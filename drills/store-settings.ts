import { z } from 'zod'
import { FiredrillError, describeError } from '../model/errors.ts'
import type { Range } from '../model/range.ts'
import { differingFrom, redisDefaults } from './cache-settings.ts'
import { serverSettings } from './server-settings.ts'

/** The shop's datastores, each with settings that can be changed while it runs. */
const stores = ['postgres', 'redis', 'rabbitmq'] as const
export const storeName = z.enum(stores)
export type StoreName = z.output<typeof storeName>

interface StoreSetting {
  name: string
  value: string
}

interface Configuration {
  /** Settings that take effect without a restart. */
  names: readonly string[]
  /** Settings that differ from the start values. */
  differing(range: Range): Promise<StoreSetting[]>
  /** Null restores the start value. Rejects with the store's own reason if it does not accept the value. */
  set(range: Range, name: string, value: string | null): Promise<void>
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
const watermark = 'vm_memory_high_watermark.absolute'

const configurations: Record<StoreName, Configuration> = {
  /**
   * https://www.postgresql.org/docs/15/runtime-config.html: settings whose context is `sighup` or lower, and with any of whose values the server can
   * start again: `max_wal_size` is checked only then.
   */
  postgres: {
    names: [
      'autovacuum',
      'checkpoint_timeout',
      'deadlock_timeout',
      'default_transaction_read_only',
      'effective_cache_size',
      'idle_in_transaction_session_timeout',
      'lock_timeout',
      'log_lock_waits',
      'log_min_duration_statement',
      'maintenance_work_mem',
      'max_parallel_workers_per_gather',
      'random_page_cost',
      'statement_timeout',
      'synchronous_commit',
      'synchronous_standby_names',
      'work_mem',
    ],
    differing: (range) => serverSettings(range),
    async set(range, name, value) {
      await range.database.query(value === null ? `alter system reset ${name}` : `alter system set ${name} = ${literal(value)}`)
      await range.database.query('select pg_reload_conf()')
    },
  },
  /** https://raw.githubusercontent.com/redis/redis/7.0/redis.conf */
  redis: {
    names: Object.keys(redisDefaults),
    differing: (range) => differingFrom(range, redisDefaults),
    async set(range, name, value) {
      await range.cache.command('CONFIG', 'SET', name, value ?? redisDefaults[name] ?? '')
    },
  },
  /** https://www.rabbitmq.com/docs/memory: bytes. */
  rabbitmq: {
    names: [watermark],
    async differing(range) {
      const { limitBytes, usualLimitBytes } = await range.queue.memory()
      return limitBytes === usualLimitBytes ? [] : [{ name: watermark, value: String(limitBytes) }]
    },
    async set(range, _, value) {
      const bytes = value === null ? null : /^\d+$/.test(value) ? Number(value) : NaN
      if (bytes !== null && !(Number.isSafeInteger(bytes) && bytes >= 1_048_576 && bytes <= 2 ** 32))
        throw new Error(`'${value}' is not a number of bytes from 1048576 to ${2 ** 32}`)
      await range.queue.limitMemory(bytes)
    },
  },
}

/** How the stores report an invalid value. After any other error, the value may be valid, and the change may even have been made. */
const refusal = /\bparameter "|\bERR |is not a number of bytes/

export const storeSettingNames = (store: StoreName): readonly string[] => configurations[store].names

/** Settings of a store that differ from its start values, whoever set them. */
export const storeSettings = (range: Range, store: StoreName): Promise<StoreSetting[]> => configurations[store].differing(range)

/** Changes one setting, or restores it (null). Throws `bad-request` for an unknown one, and for a value that the store refuses, with its reason. */
export async function setStoreSetting(range: Range, store: StoreName, name: string, value: string | null): Promise<void> {
  const { names, differing, set } = configurations[store]
  // Any changed setting may be restored.
  const known = names.includes(name) || (value === null && (await differing(range)).some((setting) => setting.name === name))
  if (!known)
    throw new FiredrillError('bad-request', `${store} has no setting '${name}' that may be changed here: choose ${names.join(', ')}`)
  try {
    await set(range, name, value)
  } catch (error) {
    if (!refusal.test(describeError(error))) throw error
    throw new FiredrillError('bad-request', `${store} does not accept ${name} = ${value ?? 'its default'}: ${describeError(error)}`)
  }
}
