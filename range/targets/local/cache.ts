import { Redis } from 'ioredis'
import { FiredrillError, describeError } from '../../../model/errors.ts'
import type { Range } from '../../../model/range.ts'
import type { RangeContext } from '../../context.ts'

/** Redis by its own port, with a connection for each command: up to 3 s to connect, and 5 s to be answered. */
export function localCache(context: RangeContext): Range['cache'] {
  return {
    async command(name, ...args) {
      const client = new Redis(context.port('redis'), '127.0.0.1', {
        lazyConnect: true,
        connectTimeout: 3_000,
        commandTimeout: 5_000,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      })
      client.on('error', () => {})
      try {
        await client.connect()
        return await client.call(name, ...args)
      } catch (error) {
        throw new FiredrillError('component-unreachable', `Redis: ${describeError(error)}`, { cause: error })
      } finally {
        client.disconnect()
      }
    },
  }
}
