import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { runningJobs, stopJobs } from '../jobs.ts'

const reader = 'orders-overview'
const migration = 'migration-rehearsal'
const deadlineMs = 15_000

/** A schema change waits for a reader, and everybody else waits behind the change. */
export const waitingMigration = defineFault({
  id: 'waiting-migration',
  title: 'A migration waits for its lock',
  effect: 'Everything that touches one table waits, although nobody who has a lock on it writes',
  category: 'database',
  params: z.object({
    table: z
      .enum(['orders.orders', 'payments.charges', 'inventory.reservations'])
      .default('orders.orders')
      .describe('The table that is migrated'),
  }),
  plan: async () => ({ jobs: [migration, reader] }),
  async inject({ range }, { table }) {
    if ((await runningJobs(range, reader)).length === 0) await range.jobs.start(reader, { OVERVIEW_TABLE: table })
    await until('the reader to have its lock', deadlineMs, () => holds(range, reader, table, true), 100)
    if ((await runningJobs(range, migration)).length === 0) await range.jobs.start(migration, { MIGRATED_TABLE: table })
    await until('the migration to wait for its lock', deadlineMs, () => holds(range, migration, table, false), 100)
  },
  async revert({ range }, { jobs }) {
    for (const job of jobs) await stopJobs(range, job)
    await range.database.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = any ($1)', [jobs])
  },
  observe: async ({ range }, { table }) => holds(range, migration, table, false),
})

/** Whether such a session has a lock on the table, or waits for one. */
async function holds(range: Range, job: string, table: string, granted: boolean): Promise<boolean> {
  const rows = await range.database.query(
    `select 1 from pg_stat_activity a join pg_locks l on l.pid = a.pid
     where a.application_name = $1 and l.locktype = 'relation' and l.relation = $2::regclass and l.granted = $3`,
    [job, table, granted],
  )
  return rows.length > 0
}
