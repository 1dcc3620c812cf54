import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { FiredrillError } from '../../model/errors.ts'
import { defineFault } from '../../model/fault.ts'
import { until } from '../../model/until.ts'
import { runningJobs, stopJobs } from '../jobs.ts'
import { fulfilmentQueue, removeBatch } from '../queue-batch.ts'

const job = 'order-replay'
const publishDeadlineMs = 30_000

/** Somebody replays orders that were shipped long ago: new ones wait behind them, and the worker's dependencies get calls for all of them. */
export const queueBacklog = defineFault({
  id: 'queue-backlog',
  title: 'A backlog in the queue',
  effect: 'New orders wait behind old ones, which the worker handles as fast as it can',
  category: 'queue',
  params: z.object({
    waiting: z.number().int().min(100).max(20_000).default(2_500).describe('Messages that wait at any time'),
  }),
  plan: async () => ({ batch: `replay-${randomUUID().slice(0, 8)}` }),
  async inject({ range }, { waiting }, { batch }) {
    if ((await runningJobs(range, job)).length > 0) return
    await range.jobs.start(job, { BATCH: batch, WAITING: String(waiting) })
    await until(`${waiting} orders to be replayed`, publishDeadlineMs, async () => {
      if ((await runningJobs(range, job)).length === 0)
        throw new FiredrillError('component-failed', `${job} ended: either no order has been shipped yet, or the log of jobs says why`)
      return (await range.queue.status(fulfilmentQueue)).ready >= waiting / 2
    })
  },
  async revert({ range }, { batch }) {
    await stopJobs(range, job)
    await removeBatch(range, batch)
  },
  observe: async ({ range }) => (await runningJobs(range, job)).length,
})
