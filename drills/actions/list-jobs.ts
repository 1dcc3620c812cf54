import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { scheduledJobs } from '../scheduled.ts'

export const listJobs = defineAction({
  id: 'list-jobs',
  title: 'List jobs',
  description: 'Programs that employees of the shop started by hand on its host: reports, imports, audits.',
  kind: 'inspect',
  params: z.object({}),
  async run({ range }) {
    const jobs = (await range.jobs.running()).filter((id) => !scheduledJobs.includes(id.slice(0, -9)))
    return {
      summary: jobs.length === 0 ? 'no job is running' : `${jobs.length} ${jobs.length === 1 ? 'job is' : 'jobs are'} running`,
      rows: jobs.map((job) => ({ job, program: job.slice(0, -9) })),
    }
  },
})
