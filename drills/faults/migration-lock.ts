import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { databaseRole } from '../database-roles.ts'
import { jobFault } from '../jobs.ts'

const params = z.object({ role: databaseRole.describe('Service whose migration lock is held') })

/** Somebody holds the lock that a service takes before it migrates its schema, which it does at each start: running instances notice nothing. */
export const migrationLock = defineFault({
  id: 'migration-lock',
  title: 'A migration lock that is held',
  effect: 'A service that is started again waits, and does not say for what',
  category: 'database',
  params,
  ...jobFault<z.output<typeof params>>('schema-review', ({ role }) => [{ env: { ROLE: role } }]),
})
