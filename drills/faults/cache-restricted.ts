import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { cacheRights, freshRights } from '../cache-rights.ts'

/** Takes a right away from the user as whom all services come to Redis, as a hardening that was tried on an idle one. */
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
