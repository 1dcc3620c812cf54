import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { cacheRights, freshRights } from '../cache-rights.ts'

/** The commands that hardening guides for Redis disable; none mentions that services delete changed entries. */
const dangerous = ['del', 'unlink', 'flushall', 'flushdb', 'keys'] as const

/** Removes the right to delete from the Redis user of all services: entries are read and written, but cannot be invalidated. */
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
