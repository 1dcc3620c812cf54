import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { databaseRole } from '../database-roles.ts'
import { runningJobs, stopJobs } from '../jobs.ts'

const job = 'apply-limits'

/** A scheduled job on the host keeps limiting a database role, and overwrites what is set by hand. */
export const scheduledLimits = defineFault({
  id: 'scheduled-limits',
  title: 'A schedule that applies a limit again',
  effect: 'A service has too few database connections, and each fix of that is gone after seconds',
  category: 'database',
  params: z.object({
    role: databaseRole.describe('Role that is limited'),
    limit: z.number().int().min(0).max(10).default(1).describe('Connections that it may have'),
    everySeconds: z.number().int().min(1).max(3_600).default(10).describe('Time from one run of the schedule to the next, in seconds'),
  }),
  plan: async (_context, { role }) => ({ role }),
  async inject({ range }, { role, limit, everySeconds }) {
    if ((await runningJobs(range, job)).length > 0) return
    await range.jobs.start(job, { LIMIT: `${role}=${limit}`, EVERY_SECONDS: String(everySeconds) })
  },
  async revert({ range }, { role }) {
    await stopJobs(range, job)
    await range.database.query(`alter role ${databaseRole.parse(role)} connection limit -1`)
  },
  observe: async ({ range }) => (await runningJobs(range, job)).length,
})
