import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { clusterOf } from '../cluster-edit.ts'

export const liftQuota = defineAction({
  id: 'lift-quota',
  title: 'Lift the quota of the namespace',
  description: 'Removes the limit on how many pods the namespace may have. `kubectl -n shop delete resourcequota shop`',
  kind: 'change',
  needs: ['cluster'],
  params: z.object({}),
  async run({ range }) {
    const before = await clusterOf(range).quota()
    await clusterOf(range).setQuota(null)
    return { summary: before === null ? 'there was no quota' : `the namespace may have more than ${before} pods again` }
  },
})
