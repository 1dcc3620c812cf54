import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Range } from '../model/range.ts'
import { databaseUrl } from '../range/components/service.ts'
import type { RangeContext } from '../range/context.ts'

const folder = path.join(import.meta.dirname, '..', 'shop', 'jobs')

/** The jobs of a simulated range, as real programs with the database of that context. Those that still run when a test ends are its own to stop. */
export function realJobs(context: RangeContext): Range['jobs'] {
  const running = new Map<string, ChildProcess>()
  return {
    async start(name, params) {
      const id = `${name}-${String(running.size).padStart(8, '0')}`
      const env = { DATABASE_URL: databaseUrl(context, 'postgres'), JOB_NAME: name, ...params }
      const job = spawn(process.execPath, [path.join(folder, `${name}.ts`)], { env, stdio: ['ignore', 'ignore', 'inherit'] })
      running.set(
        id,
        job.once('exit', () => running.delete(id)),
      )
      return id
    },
    async stop(id) {
      const job = running.get(id)
      if (!job) return
      const exit = once(job, 'exit')
      job.kill()
      await exit
    },
    running: async () => [...running.keys()],
  }
}
