import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

/** Changes nothing: to try the machinery, or to play a drill without a cause. */
export const noop = defineFault({
  id: 'noop',
  title: 'Nothing',
  effect: 'Nothing changes',
  category: 'none',
  params: z.object({}),
  plan: async () => ({}),
  inject: async () => {},
  revert: async () => {},
  observe: async () => null,
})
