import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { flagsOf } from '../flags.ts'

export const applyFlags = defineAction({
  id: 'apply-flags',
  title: 'Apply a file of feature flags',
  description: 'Replaces the file of feature flags, in the format of flagd. Services follow within a second, without a restart.',
  kind: 'change',
  needs: ['flags'],
  params: z.object({ json: z.string().min(1).max(65_536).describe('All feature flags, as JSON') }),
  async run({ range, by }, { json }) {
    const changes = await flagsOf(range).apply(json, by)
    return {
      summary: changes.length === 0 ? 'no flag has changed' : changes.map(({ flag, from, to }) => `${flag}: ${from} → ${to}`).join('; '),
    }
  },
})
