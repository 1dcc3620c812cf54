import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { stopJobs } from '../jobs.ts'
import { until } from '../../model/until.ts'

const lockDeadlineMs = 15_000

/** Somebody's maintenance job locks a table and does not end its transaction: all writers wait. */
export const postgresLock = defineFault({
  id: 'postgres-lock',
  title: 'A lock held in PostgreSQL',
  effect: 'Writes to one table wait, and so do those who wait for them',
  category: 'database',
  params: z.object({
    // Laid out as its proofs cover it.
    // oxfmt-ignore
    table: z.enum([
      'inventory.stock',
      'inventory.reservations',
      'orders.orders',
      'catalog.products',
      'payments.charges',
      'fulfilment.shipments',
    ]).describe('Table that is locked'),
  }),
  plan: async () => ({ job: 'stock-audit' }),
  async inject({ range }, { table }, { job }) {
    if (await holder(range, job)) return
    await range.jobs.start(job, { AUDIT_TABLE: table })
    await until('the lock to change', lockDeadlineMs, async () => (await holder(range, job)) !== null, 100)
  },
  async revert({ range }, { job }) {
    await stopJobs(range, job)
    await range.database.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [job])
    await until('the lock to change', lockDeadlineMs, async () => (await holder(range, job)) === null, 100)
  },
  observe: async ({ range }) => (await holder(range, 'stock-audit')) !== null,
})

/** The session that holds the lock, if any. */
async function holder(range: Range, job: string): Promise<number | null> {
  const rows = await range.database.query<{ pid: number }>(
    `select a.pid from pg_stat_activity a join pg_locks l on l.pid = a.pid
     where a.application_name = $1 and l.mode = 'ExclusiveLock' and l.locktype = 'relation' and l.granted`,
    [job],
  )
  return rows[0]?.pid ?? null
}
