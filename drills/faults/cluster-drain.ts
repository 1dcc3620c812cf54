import { z } from 'zod'
import { shopComponentName } from '../../model/components.ts'
import { defineFault } from '../../model/fault.ts'
import type { ManifestRef } from '../../model/range.ts'
import { clusterOf } from '../cluster-edit.ts'
import { runningJobs, stopJobs } from '../jobs.ts'

const job = 'node-drain'

/** A node is drained for maintenance: the worker is paused until all pods have left, and a budget that allows no eviction keeps one there. */
export const clusterDrain = defineFault({
  id: 'cluster-drain',
  title: 'A disruption budget that blocks a drain',
  effect: 'A node is never empty, and whatever waits for that stays paused',
  category: 'cluster',
  params: z.object({
    keeps: shopComponentName.describe('Component whose pods have to stay, by their budget'),
  }),
  needs: () => ['cluster'],
  plan: async (_context, { keeps }): Promise<ManifestRef> => ({ kind: 'PodDisruptionBudget', name: keeps }),
  async inject({ range }, { keeps }) {
    const spec = { minAvailable: 1, selector: { matchLabels: { app: keeps } } }
    await clusterOf(range).edit({ kind: 'PodDisruptionBudget', name: keeps, patch: { spec } })
    if ((await runningJobs(range, job)).length === 0) await range.jobs.start(job, { EVICT: keeps, PAUSE: 'fulfilment' })
  },
  async revert({ range }, ref) {
    await stopJobs(range, job)
    await clusterOf(range).sync(ref)
    await range.processes.start('fulfilment')
  },
  observe: ({ range }) => clusterOf(range).edits(),
})
