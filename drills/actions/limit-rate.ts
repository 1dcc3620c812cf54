import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

const key = 'RATE_LIMIT_RPS'

export const limitRate = defineAction({
  id: 'limit-rate',
  title: 'Limit the rate at the gateway',
  description:
    'Accepts this many requests a second and answers the rest with 429, so that the accepted ones are served; 0 lifts the limit.',
  kind: 'change',
  caution: 'Users above the limit are turned away.',
  params: z.object({ requestsPerSecond: z.coerce.number().int().min(0).max(10_000).describe('Requests per second; 0 for no limit') }),
  async run({ range, by }, { requestsPerSecond }) {
    const { [key]: _before, ...others } = await range.config.get('gateway')
    await range.config.set('gateway', requestsPerSecond === 0 ? others : { ...others, [key]: String(requestsPerSecond) }, by)
    return { summary: requestsPerSecond === 0 ? 'the limit was lifted' : `the gateway lets in ${requestsPerSecond} requests a second` }
  },
})
