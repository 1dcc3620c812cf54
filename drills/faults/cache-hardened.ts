import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { cacheRights, freshRights } from '../cache-rights.ts'

/** As guides to a safer Redis have it; that services delete what has changed is in none of them. */
const dangerous = ['del', 'unlink', 'flushall', 'flushdb', 'keys'] as const

/** Takes every command that deletes away from the user as whom all services come to Redis: entries are read and written, and cannot be invalidated. */
export const cacheHardened = defineFault({
  id: 'cache-hardened',
  title: 'Redis refuses to delete',
  effect: 'The shop goes on showing what has changed, until the entry expires',
  category: 'cache',
  params: z.object({}),
  plan: async () => ({}),
  inject: async ({ range }) => void (await range.cache.command('ACL', 'SETUSER', 'default', ...dangerous.map((command) => `-${command}`))),
  revert: async ({ range }) => void (await range.cache.command('ACL', 'SETUSER', 'default', ...freshRights)),
  observe: ({ range }) => cacheRights(range),
})
