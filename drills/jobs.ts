import type { Range } from '../model/range.ts'

/** Jobs that run, of one name. Ids are the name, a dash and eight hexadecimal digits. */
export const runningJobs = async (range: Range, name: string): Promise<string[]> =>
  (await range.jobs.running()).filter((id) => id.slice(0, -9) === name)

export async function stopJobs(range: Range, name: string): Promise<void> {
  for (const id of await runningJobs(range, name)) await range.jobs.stop(id)
}

/** The fault of a job that should not run now: starting it breaks, ending it mends. */
export function jobFault<Params>(
  name: string,
  env: (params: Params) => Record<string, string>,
  tier: (params: Params) => 'shop' | 'watch' = () => 'shop',
) {
  return {
    plan: async () => ({ job: name }),
    async inject({ range }: { range: Range }, params: Params) {
      if ((await runningJobs(range, name)).length === 0) await range.jobs.start(name, env(params), tier(params))
    },
    revert: ({ range }: { range: Range }, { job }: { job: string }) => stopJobs(range, job),
    observe: async ({ range }: { range: Range }) => (await runningJobs(range, name)).length,
  }
}
