import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const name = 'queue-age'

/** Somebody's limit on the age of messages for the worker, in the wrong unit: messages that wait are dead-lettered. */
export const queueAgePolicy = defineFault({
  id: 'queue-age-policy',
  title: 'A policy that lets messages expire',
  effect: 'Messages that have to wait for the worker are set aside unread',
  category: 'queue',
  params: z.object({
    ttlMs: z.number().int().min(0).max(86_400_000).default(60).describe('Time to live of a message (message-ttl), in milliseconds'),
  }),
  plan: async () => ({}),
  inject: ({ range }, { ttlMs }) => range.queue.setPolicy({ name, pattern: '^orders\\.fulfilment$', definition: { 'message-ttl': ttlMs } }),
  async revert({ range }) {
    if ((await range.queue.policies()).some((policy) => policy.name === name)) await range.queue.removePolicy(name)
  },
  observe: ({ range }) => range.queue.policies(),
})
