import type { JobTier, Range } from '../model/range.ts'

/** Running jobs with a name. Ids are the name, a dash and eight hexadecimal digits. */
export const runningJobs = async (range: Range, name: string): Promise<string[]> =>
  (await range.jobs.running()).filter((id) => id.slice(0, -9) === name)

export async function stopJobs(range: Range, name: string): Promise<void> {
  for (const id of await runningJobs(range, name)) await range.jobs.stop(id)
}

/** One start of a job: its settings, and its CPU precedence. */
export interface JobRun {
  env: Record<string, string>
  tier?: JobTier
}

/** A fault that is a job which should not run now: starting it breaks, stopping it fixes. Somebody may start it more than once. */
export function jobFault<Params>(name: string, runs: (params: Params) => JobRun[]) {
  return {
    plan: async () => ({ job: name }),
    async inject({ range }: { range: Range }, params: Params) {
      const running = await runningJobs(range, name)
      for (const { env, tier } of runs(params).slice(running.length)) await range.jobs.start(name, env, tier)
    },
    revert: ({ range }: { range: Range }, { job }: { job: string }) => stopJobs(range, job),
    observe: async ({ range }: { range: Range }) => (await runningJobs(range, name)).length,
  }
}
