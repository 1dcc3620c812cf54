import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import type { Range } from '../../model/range.ts'
import { until } from '../../model/until.ts'
import { runningJobs, stopJobs } from '../jobs.ts'
import { addressOf, lockReplica, readAddress, readFrom, replicaOf, runningReplica } from '../replica.ts'

const report = 'catalogue-report'
const conflictsWithinMs = 40_000

/** Catalog reads from a streaming replica of the database, which receives every change and does not replay it. */
export const replicaLag = defineFault({
  id: 'replica-lag',
  title: 'Reads from a replica that is behind',
  effect: 'Customers see what the database held some time ago',
  category: 'database',
  needs: () => ['replica'],
  params: z.object({
    cause: z
      .enum(['paused', 'report', 'delayed', 'locked'])
      .default('paused')
      .describe(
        'What holds up replay: somebody paused it, a report on the replica conflicts with it, a setting delays it, or its role may not log in to the primary any more',
      ),
    delayMinutes: z.number().int().min(1).max(1_440).default(60).describe('For delayed: by how many minutes'),
  }),
  plan: async ({ range }) => ({ readFrom: await readAddress(range) }),
  async inject({ range }, { cause, delayMinutes }) {
    const replica = replicaOf(range)
    await replica.start()
    const address = addressOf(await runningReplica(range))
    await readFrom(range, address, 'configuration management')
    if (cause === 'paused') await replica.query('select pg_wal_replay_pause()')
    else if (cause === 'delayed') {
      await replica.query(`alter system set recovery_min_apply_delay = '${delayMinutes}min'`)
      await replica.query('select pg_reload_conf()')
    } else if (cause === 'locked') await lockReplica(range)
    else await reportOn(range, address)
  },
  async revert({ range }, { readFrom: before }) {
    await readFrom(range, before, 'firedrill')
    await stopJobs(range, report)
    await range.replica?.remove()
  },
  observe: async ({ range }) => ({ reads: await readAddress(range), isReplicated: (await replicaOf(range).status()) !== null }),
})

/**
 * Starts a report that keeps one snapshot, and cleans up on the primary what that snapshot still sees: the replica cannot replay the clean-up while the
 * report runs.
 */
async function reportOn(range: Range, address: string): Promise<void> {
  const replica = replicaOf(range)
  if ((await runningJobs(range, report)).length === 0) await range.jobs.start(report, { READ_ADDRESS: address })
  await until('the report to begin', conflictsWithinMs, async () =>
    (await runningReplica(range)).sessions.some(({ application }) => application === report),
  )
  await until('replay to wait for the report', conflictsWithinMs, async () => {
    await range.database.query(`update catalog.products set name = name where sku = 'P00001'`)
    await range.database.query('vacuum catalog.products')
    const [row] = await replica.query<{ waits: boolean }>(
      `select exists (select from pg_stat_activity where backend_type = 'startup' and wait_event like 'RecoveryConflict%') as waits`,
    )
    return row?.waits ?? false
  })
}
