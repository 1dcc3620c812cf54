import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { runningJobs, stopJobs } from '../jobs.ts'

export const stopJob = defineAction({
  id: 'stop-job',
  title: 'Stop a job',
  description: 'Ends a program that somebody of the shop started by hand, by its name as the list of jobs shows it.',
  kind: 'change',
  caution: 'What it has not yet done stays undone.',
  // Laid out as its proofs cover it.
  // oxfmt-ignore
  params: z.object({ program: z.string().regex(/^[a-z][a-z-]{1,40}$/).describe('Program, as "List jobs" names it') }),
  async run({ range }, { program }) {
    const running = await runningJobs(range, program)
    if (running.length === 0) throw new FiredrillError('not-found', `no job '${program}' runs: list the jobs again`)
    await stopJobs(range, program)
    return { summary: `${program} was stopped` }
  },
})
