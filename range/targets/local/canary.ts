import { serviceNames } from '../../../model/components.ts'
import { FiredrillError } from '../../../model/errors.ts'
import type { Canary, Range } from '../../../model/range.ts'
import { requireRelease } from '../../releases.ts'
import { refreshMesh } from './mesh.ts'
import { forgetTarget, reloadPrometheus } from './monitoring.ts'
import type { LocalTarget } from './target.ts'

const same = (a: Canary | null, b: Canary | null) => a?.service === b?.service && a?.version === b?.version

/** The canary on this machine: an additional process. Its callers' proxies get it when it is ready, and lose it before it stops. */
export function localCanary(target: LocalTarget): Pick<Range['releases'], 'canary' | 'setCanary'> {
  const { context, state } = target
  const record = ({ service, version }: Canary, canary: 'started' | 'ended', by: string) =>
    state.recordDeployment({ service, version, previous: target.currentVersion(service), at: new Date().toISOString(), by, canary })

  async function end(running: Canary, by: string): Promise<void> {
    state.setCanary(null)
    await refreshMesh(
      target,
      serviceNames.filter((name) => name !== running.service),
    )
    await refreshMesh(target, [running.service])
    // Before it stops: otherwise its failed scrape would count as down.
    await forgetTarget(target, 'canary')
    await target.stop('canary')
    record(running, 'ended', by)
  }

  return {
    canary: async () => state.canary(),
    async setCanary(canary, by) {
      const before = state.canary()
      if (same(before, canary)) return
      if (canary) {
        requireRelease(context.root, canary.service, canary.version)
        if (before) {
          throw new FiredrillError('conflict', `${before.service} has a canary, ${before.version}: there is one at a time, so end it first`)
        }
        state.setCanary(canary)
        try {
          await target.start('canary')
        } catch (error) {
          state.setCanary(null)
          await target.stop('canary')
          throw error
        }
        await refreshMesh(target, [canary.service])
        await refreshMesh(target)
        await reloadPrometheus(target)
        record(canary, 'started', by)
      } else if (before) {
        await end(before, by)
      }
    },
  }
}
