import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

/** Everybody wants the same product: buyers lock its rows. */
export const hotProduct = defineFault({
  id: 'hot-product',
  title: 'A hot product',
  effect: 'Most users look at and buy one and the same product',
  category: 'load',
  params: z.object({
    share: z.number().min(0.01).max(1).default(0.8).describe('Share of views and purchases, from 0 to 1'),
  }),
  ramps: ['share'],
  plan: async ({ range }) => ({ hotShare: (await range.load.mix()).hotShare }),
  inject: async ({ range }, { share }) => range.load.setMix({ ...(await range.load.mix()), hotShare: share }),
  revert: async ({ range }, { hotShare }) => range.load.setMix({ ...(await range.load.mix()), hotShare }),
  observe: async ({ range }) => (await range.load.mix()).hotShare,
})
