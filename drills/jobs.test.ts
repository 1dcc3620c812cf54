import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { paperRange } from '../control/replay/paper-range.ts'
import type { JobTier } from '../model/range.ts'
import { jobFault, runningJobs, stopJobs } from './jobs.ts'

const root = path.join(import.meta.dirname, '..')

test('a job is identified by its full name, and only those with that name are stopped', async () => {
  const range = paperRange(root, 30)
  for (const name of ['report', 'report-sales', 'report']) await range.jobs.start(name, {})
  assert.equal((await runningJobs(range, 'report')).length, 2)
  assert.equal((await runningJobs(range, 'sales')).length, 0)
  await stopJobs(range, 'report')
  assert.deepEqual([(await runningJobs(range, 'report')).length, (await runningJobs(range, 'report-sales')).length], [0, 1])
})

test('a fault starts the missing jobs, each with its settings', async () => {
  const range = paperRange(root, 30)
  const started: [name: string, env: Record<string, string>, tier: JobTier | undefined][] = []
  const { start } = range.jobs
  range.jobs.start = async (name, env, tier) => {
    started.push([name, env, tier])
    return start(name, env, tier)
  }
  const fault = jobFault('report', ({ workers }: { workers: number }) =>
    Array.from({ length: workers }, (_, index) => ({ env: { WORKER: String(index) }, tier: 'shop' as const })),
  )
  const undo = await fault.plan()
  await fault.inject({ range }, { workers: 1 })
  await fault.inject({ range }, { workers: 3 })
  await fault.inject({ range }, { workers: 3 })
  assert.deepEqual(
    started,
    ['0', '1', '2'].map((worker) => ['report', { WORKER: worker }, 'shop']),
  )
  assert.equal(await fault.observe({ range }), 3)
  await fault.revert({ range }, undo)
  assert.equal(await fault.observe({ range }), 0)
})
