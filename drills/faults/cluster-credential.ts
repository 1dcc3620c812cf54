import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { clusterOf } from '../cluster-edit.ts'
import { databaseRole } from '../database-roles.ts'

/** Somebody rotated the password of a service's database role, and its Secret; pods read the Secret only at their start. */
export const clusterCredential = defineFault({
  id: 'cluster-credential',
  title: 'A rotated password that running pods do not have',
  effect: 'The database refuses a service that reports itself healthy',
  category: 'cluster',
  params: z.object({
    service: databaseRole.exclude(['catalog']).describe('Service whose database password is wrong'),
  }),
  needs: () => ['cluster'],
  plan: async (_context, { service }) => ({ service }),
  inject: ({ range }, { service }) => clusterOf(range).rotateCredential(service),
  revert: ({ range }, { service }) => clusterOf(range).restoreCredential(service),
  observe: ({ range }) => clusterOf(range).rotated(),
})
