import { z } from 'zod'
import { defineAction } from '../../model/action.ts'
import { FiredrillError } from '../../model/errors.ts'
import { endCanary } from '../canary.ts'

export const endCanaryAction = defineAction({
  id: 'end-canary',
  title: 'End the canary',
  description: 'Sends everybody to the release that all other instances run, then ends the canary.',
  kind: 'change',
  needs: ['mesh', 'canary'],
  params: z.object({}),
  async run({ range, by }) {
    const ended = await endCanary(range, by)
    if (!ended) throw new FiredrillError('conflict', 'no canary runs')
    return {
      summary: `the canary of ${ended.service}, ${ended.version}, has ended; all calls go to ${await range.releases.current(ended.service)}`,
    }
  },
})
