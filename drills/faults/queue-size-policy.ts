import { z } from 'zod'
import { defineFault } from '../../model/fault.ts'

const name = 'queue-limits'

/** Somebody's limit on the size of the worker's queue, in the wrong unit: messages that do not fit are refused. */
export const queueSizePolicy = defineFault({
  id: 'queue-size-policy',
  title: 'A policy that refuses messages',
  effect: 'The broker refuses messages for the worker, and their publisher keeps them',
  category: 'queue',
  params: z.object({
    /** Of all bodies that wait in the queue, with the one that is to be added. An order of one item has some 160, and 30 more for each further one. */
    maxBytes: z.number().int().min(1).max(1_000_000).default(128).describe('Size of all bodies in the queue, in bytes'),
  }),
  plan: async () => ({}),
  inject: ({ range }, { maxBytes }) =>
    range.queue.setPolicy({
      name,
      pattern: '^orders\\.fulfilment$',
      definition: { 'max-length-bytes': maxBytes, overflow: 'reject-publish' },
    }),
  async revert({ range }) {
    if ((await range.queue.policies()).some((policy) => policy.name === name)) await range.queue.removePolicy(name)
  },
  observe: ({ range }) => range.queue.policies(),
})
