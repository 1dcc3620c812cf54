import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { cacheRights, freshRights } from '../cache-rights.ts'

/** Removes a right from the Redis user of all services, like a hardening that was tested on an idle Redis. */
export const cacheRestricted = defineFault({
  id: 'cache-restricted',
  title: 'Redis refuses a command',
  effect: 'What the services ask of the cache is refused, and the database answers in its place',
  category: 'cache',
  params: z.object({
    command: z.enum(['get', 'set']).default('get').describe('Command that is refused'),
  }),
  plan: async () => ({}),
  inject: async ({ range }, { command }) => void (await range.cache.command('ACL', 'SETUSER', 'default', `-${command}`)),
  revert: async ({ range }) => void (await range.cache.command('ACL', 'SETUSER', 'default', ...freshRights)),
  observe: ({ range }) => cacheRights(range),
})
