import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Range } from '../../../model/range.ts'
import { jobEnvironment } from '../../components/service.ts'
import { logFile } from '../../context.ts'
import { jobAsShopUser } from '../../shop-user.ts'
import { isThere } from './identity.ts'
import { terminate } from './process.ts'
import type { LocalTarget } from './target.ts'

/** Jobs of the shop as processes of their own. */
export function localJobs(target: LocalTarget): Range['jobs'] {
  const { context, state } = target
  return {
    async start(name, params, tier = 'shop') {
      // Those that exited by themselves leave their record.
      for (const other of state.jobs()) if (!isThere(state.run(`job-${other}`))) state.clearRun(`job-${other}`)
      const id = `${name}-${randomUUID().slice(0, 8)}`
      const startedAt = Date.now()
      const identity = await target.launch(
        jobAsShopUser(context, {
          file: context.binaries.node,
          args: [path.join(context.root, 'shop', 'jobs', `${name}.ts`)],
          cwd: context.root,
          env: jobEnvironment(context, name, params),
        }),
        `job-${id}`,
        tier,
        logFile(context, 'jobs'),
      )
      state.setRun(`job-${id}`, { ...identity, startedAt, readyAfterMs: 0, stopping: false })
      return id
    },
    async stop(id) {
      const record = state.run(`job-${id}`)
      if (!record) return
      await terminate(record, { signal: 'SIGTERM', deadlineMs: 2_000 })
      state.clearRun(`job-${id}`)
    },
    running: async () => state.jobs().filter((id) => isThere(state.run(`job-${id}`))),
  }
}
