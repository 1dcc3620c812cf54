import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

/** Crawlers that request one page after another, mostly pages that nobody else requests. */
export const botFlood = defineFault({
  id: 'bot-flood',
  title: 'A flood of bots',
  effect: 'Crawlers take the capacity that users need',
  category: 'load',
  params: z.object({
    bots: z.number().int().min(1).max(500).default(60).describe('Bots; each sends up to four requests a second'),
  }),
  ramps: ['bots'],
  plan: async ({ range }) => ({ bots: (await range.load.mix()).bots }),
  inject: async ({ range }, { bots }) => range.load.setMix({ ...(await range.load.mix()), bots }),
  revert: async ({ range }, { bots }) => range.load.setMix({ ...(await range.load.mix()), bots }),
  observe: async ({ range }) => (await range.load.mix()).bots,
})
