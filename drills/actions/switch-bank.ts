import { z } from 'zod'
import { defineAction } from '../../model/action.ts'

const key = 'BANK'

export const switchBank = defineAction({
  id: 'switch-bank',
  title: 'Switch the payment provider',
  description: 'Has payments charge cards through the first provider, as usual, or through the second one, and restarts it.',
  kind: 'change',
  caution: 'The second provider takes twice the fee.',
  params: z.object({ provider: z.enum(['first', 'second']).describe('Provider that charges cards from now on') }),
  async run({ range, by }, { provider }) {
    const { [key]: _before, ...others } = await range.config.get('payments')
    await range.config.set('payments', provider === 'first' ? others : { ...others, [key]: provider }, by)
    return { summary: `payments charges cards through the ${provider} provider` }
  },
})
