import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { usersOn } from '../users.ts'

/** Many more users than usual, as after a mention on television. */
export const loadSpike = defineFault({
  id: 'load-spike',
  title: 'A rush of users',
  effect: 'Several times the usual traffic',
  category: 'load',
  /** `users`: on a range with the usual thirty. A smaller or larger machine has others. */
  params: z.object({ users: z.number().int().min(1).max(2_000).describe('Simulated users, in all') }),
  ramps: ['users'],
  plan: async ({ range }) => ({ before: (await range.load.status()).users }),
  inject: ({ range }, { users }) => range.load.setUsers(usersOn(range, users)),
  revert: ({ range }, { before }) => range.load.setUsers(before),
  observe: async ({ range }, { users }) => (await range.load.status()).users >= usersOn(range, users),
})
