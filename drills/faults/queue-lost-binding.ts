import { z } from 'zod'
import type { Binding } from '../../model/range.ts'
import { defineFault } from '../../model/fault.ts'
import { confirmedBinding } from '../queue-name.ts'

/** The routes of an order's messages: to the worker, and from the worker back to orders. */
const routes = {
  confirmed: confirmedBinding,
  fulfilled: { exchange: 'orders', queue: 'orders.fulfilled', key: 'order.fulfilled' },
} as const satisfies Record<string, Binding>

const params = z.object({
  route: z
    .enum(Object.keys(routes) as [keyof typeof routes, ...(keyof typeof routes)[]])
    .default('confirmed')
    .describe('Which message loses its way: that a purchase is confirmed, or that it has been shipped'),
  typedAs: z
    .string()
    .regex(/^[a-z]+\.[a-z]+$/, 'two words with a dot between them')
    .optional()
    .describe(
      'The key with which the queue is bound instead, as by somebody who made a typing mistake; without one, it is not bound at all',
    ),
})

interface Undo extends Binding {
  /** Undo records of earlier versions lack it. */
  typedAs?: string | null
}

/** The exchange has lost the binding to a queue: published messages are confirmed, and go nowhere. */
export const queueLostBinding = defineFault<typeof params, Undo>({
  id: 'queue-lost-binding',
  title: 'A binding is lost',
  effect: 'Messages are accepted and never reach the worker, or never come back from it',
  category: 'queue',
  params,
  plan: async (_context, { route, typedAs }) => ({ ...routes[route], typedAs: typedAs ?? null }),
  async inject({ range }, { typedAs }, { exchange, queue, key }) {
    if (typedAs !== undefined) await range.queue.bind({ exchange, queue, key: typedAs })
    await range.queue.unbind({ exchange, queue, key })
  },
  async revert({ range }, { exchange, queue, key, typedAs }) {
    await range.queue.bind({ exchange, queue, key })
    if (typedAs) await range.queue.unbind({ exchange, queue, key: typedAs })
  },
  async observe({ range }, { route }) {
    const bindings = (await range.queue.bindings()).filter(({ queue }) => queue === routes[route].queue)
    return [...new Set(bindings.map(({ key }) => key))].toSorted()
  },
})
