import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'
import { confirmedBinding } from '../queue-name.ts'

/** The exchange no longer knows the worker's queue: what is published is confirmed, and goes nowhere. */
export const queueLostBinding = defineFault({
  id: 'queue-lost-binding',
  title: 'A binding is lost',
  effect: 'Messages are accepted and never reach the worker',
  category: 'queue',
  params: z.object({}),
  plan: async () => confirmedBinding,
  inject: ({ range }) => range.queue.unbind(confirmedBinding),
  revert: ({ range }, undo) => range.queue.bind(undo),
  observe: async ({ range }) =>
    (await range.queue.bindings()).some(({ queue, key }) => queue === confirmedBinding.queue && key === confirmedBinding.key),
})
