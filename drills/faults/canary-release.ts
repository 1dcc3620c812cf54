import { z } from 'zod'
import { canaryServices } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import type { Canary } from '../../model/range.ts'
import { endCanary, giveCanary, splitTraffic } from '../canary.ts'
import { policyHash } from '../mesh-policy.ts'
import { takeBack } from '../policy-fault.ts'

const params = z.object({
  service: z.enum(canaryServices).describe('Service that gets a canary'),
  version: z.string().max(20).describe('Release of the canary, such as 1.5.0'),
  percent: z.number().int().min(0).max(100).default(10).describe('Share of the calls that it gets, in percent'),
})

interface Undo {
  canary: Canary
  before: Canary | null
  policy: string
  /** The policy after the injection; undo records of earlier versions lack it. */
  injected?: string
  /** The state before the canary runs: it has no share. */
  halfway?: string
}

/** Another release of a service beside the main one, with a share of its calls: its bugs affect few users. */
export const canaryRelease = defineFault<typeof params, Undo>({
  id: 'canary-release',
  title: 'A canary with a flaw',
  effect: 'A share of the calls to a service is answered by another release',
  category: 'release',
  needs: () => ['mesh', 'canary'],
  params,
  async plan({ range }, { service, version, percent }) {
    const [before, policy, stable] = await Promise.all([range.releases.canary(), range.mesh.policy(), range.releases.current(service)])
    const canary = { service, version }
    const halfway = splitTraffic(policy, canary, stable, 0)
    return { canary, before, policy, injected: splitTraffic(halfway, canary, stable, percent), halfway }
  },
  inject: ({ range }, { percent }, { canary }) => giveCanary(range, canary, percent, 'delivery pipeline'),
  async revert({ range }, { canary, before, policy, injected, halfway }) {
    const [running, now] = await Promise.all([range.releases.canary(), range.mesh.policy()])
    if (running === null && halfway) {
      const next = takeBack(now, { before: policy, injected: halfway })
      return next === now ? undefined : void (await range.mesh.apply(next, 'firedrill'))
    }
    // Somebody has removed or replaced it meanwhile, which is kept.
    if (running?.service !== canary.service || running.version !== canary.version) return
    if (before) await range.mesh.apply(injected ? takeBack(now, { before: policy, injected }) : policy, 'firedrill')
    else await endCanary(range, 'firedrill', [injected ?? now, halfway].includes(now) ? policy : undefined)
  },
  observe: async ({ range }) => ({ canary: await range.releases.canary(), policy: policyHash(await range.mesh.policy()) }),
})
