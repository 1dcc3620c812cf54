import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const stray = { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.confirmed' }

/** The queue of shipped orders also gets confirmed ones: each order is marked as shipped as soon as it is confirmed. */
export const queueStrayBinding = defineFault({
  id: 'queue-stray-binding',
  title: 'A binding that catches too much',
  effect: 'Orders are marked as shipped before anybody has packed them',
  category: 'queue',
  params: z.object({}),
  plan: async () => stray,
  inject: ({ range }) => range.queue.bind(stray),
  revert: ({ range }, undo) => range.queue.unbind(undo),
  observe: async ({ range }) => (await range.queue.bindings()).some(({ queue, key }) => queue === stray.queue && key === stray.key),
})
